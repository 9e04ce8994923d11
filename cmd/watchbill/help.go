package main

import "github.com/alecthomas/kong"

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command to explain; all of them when left out."`
}

// Run prints what --help would.
func (c *helpCmd) Run(parser *kong.Kong) error {
	ctx, err := kong.Trace(parser, c.Command)
	if err != nil {
		return err
	}
	if ctx.Error != nil && ctx.Selected() == nil {
		return usageError{ctx.Error}
	}
	return ctx.PrintUsage(false)
}
