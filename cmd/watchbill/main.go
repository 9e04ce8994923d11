package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // the image of the program has no zone database of its own

	"github.com/alecthomas/kong"

	"watchbill/api/ingest"
	"watchbill/schedule/teamfile"
)

// commands is the whole command line.
type commands struct {
	Plan     planCmd     `cmd:"" help:"Plan a team's on-call duty from its team file."`
	Solve    solveCmd    `cmd:"" help:"Solve a roster problem (oncall-roster/1) and print the solution as JSON."`
	Calendar calendarCmd `cmd:"" help:"Look into calendars."`
	Health   healthCmd   `cmd:"" help:"Measure what being on call costs."`
	Ingest   ingestCmd   `cmd:"" help:"Look into what pagers send."`
	Serve    serveCmd    `cmd:"" help:"Serve pages, calendars and the API."`
	User     userCmd     `cmd:"" help:"People who may log in: add them, close accounts, get back in."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database up to date, as serve does when it starts."`
	Backup   backupCmd   `cmd:"" help:"Copy an SQLite database into a new file, also while it is served."`
	Restore  restoreCmd  `cmd:"" help:"Make a database of a backup; never replaces one."`
	Export   exportCmd   `cmd:"" help:"Write everything in the database as lines of JSON, also while it is served."`
	Import   importCmd   `cmd:"" help:"Make a database of an export, of either kind; never replaces one."`
	Doctor   doctorCmd   `cmd:"" help:"Examine a database, also while it is served: what needs somebody, why, and what to do."`
	Version  versionCmd  `cmd:"" help:"Say which version this is."`
	Help     helpCmd     `cmd:"" help:"Explain the commands, or one of them."`
}

const description = "Fair on-call plans that keep every rule, and the proof that none is more even.\n\n" +
	"Results go to standard output, messages to standard error. " +
	"Exit codes: 0 good, 1 refused with a reason, 2 wrong usage."

// A console is what the program has of the world around it.
type console struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	log      *slog.Logger // of the service; without one it writes to err, and no line for every request
	getenv   func(string) string
	// outTerminal and errTerminal say that a person is looking.
	outTerminal, errTerminal bool
	// outWidth and errWidth are the cells of a line there, zero when unknown.
	outWidth, errWidth int
}

// A usageError is a command line that cannot be meant. The program exits with 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func main() {
	os.Exit(run(os.Args[1:], &console{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now, getenv: os.Getenv,
		outTerminal: isTerminal(os.Stdout), errTerminal: isTerminal(os.Stderr),
		outWidth: widthOf(os.Stdout), errWidth: widthOf(os.Stderr),
	}))
}

// run executes one command line and returns the exit code.
func run(args []string, con *console) int {
	err := execute(args, con)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		complain(con, err)
		fmt.Fprintln(con.err, "watchbill: `watchbill help` explains the commands")
		return 2
	}
	complain(con, err)
	return 1
}

// complain writes an error, each of its lines under the program's name so that
// it can be told from what else is in a log. What is wrong with a team file comes
// as compilers say it, so that editors can go there.
func complain(con *console, err error) {
	var bad *teamfile.Error
	if errors.As(err, &bad) {
		for line := range strings.Lines(bad.Pretty()) {
			fmt.Fprintln(con.err, strings.Map(printed, strings.TrimSuffix(line, "\n")))
		}
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(con.err, "watchbill:", strings.Map(printed, line))
	}
}

func execute(args []string, con *console) error {
	if len(args) == 0 {
		args = []string{"help"}
	}
	cfg := new(configuration)
	parser, err := kong.New(&commands{},
		kong.Name("watchbill"),
		kong.Description(description),
		kong.Writers(con.out, con.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Bind(con, cfg),
		kong.Vars{"vendors": strings.Join(ingest.Vendors(), ", ")},
	)
	if err != nil {
		return err
	}
	ctx, err := parser.Parse(args)
	if bad, ok := errors.AsType[configError](err); ok {
		return bad.err
	} else if err != nil {
		if placed, ok := cfg.placed(err); ok {
			return placed
		}
		return usageError{err}
	}
	if err = ctx.Run(); err == nil {
		return nil
	}
	if placed, ok := cfg.placed(err); ok {
		return placed
	}
	return err
}
