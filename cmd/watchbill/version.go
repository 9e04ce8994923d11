package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"watchbill/api"
)

type versionCmd struct{}

// Run prints what the Go tool wrote into the program when it built it.
func (*versionCmd) Run(con *console) error {
	_, err := fmt.Fprintf(con.out, "watchbill %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// build says what the Go tool wrote into the program.
func build() api.Build {
	b := api.Build{Version: version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Changed = s.Value == "true"
		}
	}
	return b
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
