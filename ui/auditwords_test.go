package ui

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every action that anything writes into the log has words.
func TestAuditWords(t *testing.T) {
	action := regexp.MustCompile(`Action:\s*"([^"]+)"(\s*\+)?|membersChanged\([^"\n]*"([a-z. ]+)"`)
	seen := 0
	for _, root := range []string{"../schedule", "../health", "../api"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range action.FindAllStringSubmatch(string(text), -1) {
				name := m[1] + m[3]
				seen++
				if m[2] != "" {
					continue // a kind follows
				}
				if _, ok := auditWords[name]; !ok {
					t.Errorf("%s writes %q into the log: add its words to auditWords", path, name)
				}
			}
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if seen < 30 {
		t.Errorf("only %d actions were found", seen)
	}
	for action, w := range auditWords {
		if w.own == "" || w.other == "" {
			t.Errorf("%q has no words for one of its forms", action)
		}
	}
}
