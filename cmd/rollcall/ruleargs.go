package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/ingest"
)

// ruleHelp is what every command that takes a RULE says about it.
const ruleHelp = aboutRules + `
--segments names the folder that "segment 'folder/Name'" looks in.`

// aboutRules says what a RULE is.
const aboutRules = `RULE is a rule in text, or @FILE: @rule.yml and @rule.json hold a rule or a
segment in either published shape, a file of another ending a rule in text.`

// segmentsFlag adds --segments to a command that takes rules.
func (a *app) segmentsFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.segments, "segments", "", "folder of the segment files that rules may refer to")
}

// givenRule is a rule of a command line, or of a file.
type givenRule struct {
	rule    *rule.Rule
	segment *rule.SegmentFile // of a YAML or JSON file, else nil
	file    string            // empty: the rule stands on the command line
	text    string            // of the rule or its file
}

// readRule parses the RULE of a command line.
func readRule(arg string) (*givenRule, error) {
	path, isFile := strings.CutPrefix(arg, "@")
	if !isFile {
		parsed, err := rule.Parse(arg)
		return &givenRule{rule: parsed, text: arg}, err
	}
	if path == "" {
		return nil, usagef(`"@" wants the name of a file after it, as in @rule.yml`)
	}
	data, err := readFile(path, rule.MaxBytes)
	if err != nil {
		return nil, err
	}
	return parseRuleFile(path, data)
}

// parseRuleFile parses the content of a rule file: YAML or JSON by its ending,
// else text.
func parseRuleFile(path string, data []byte) (*givenRule, error) {
	given := &givenRule{file: path, text: string(data)}
	var err error
	if !isDocument(path) {
		given.text = strings.TrimPrefix(given.text, "\ufeff") // a mark of the byte order
	}
	if isDocument(path) {
		if given.segment, err = rule.ParseFile(path, data); err == nil {
			given.rule = given.segment.Rule
		}
		return given, err
	}
	given.rule, err = rule.Parse(given.text)
	return given, inFile(err, path)
}

// isDocument reports whether a file's name says that it is YAML or JSON.
func isDocument(path string) bool {
	return slices.Contains([]string{".yml", ".yaml", ".json"}, strings.ToLower(filepath.Ext(path)))
}

// inFile returns an error with the name of the file in each problem of a rule
// that has none.
func inFile(err error, path string) error {
	return mapProblems(err, func(e *rule.Error) {
		if e.File == "" {
			e.File = path
		}
	})
}

// mapProblems returns an error with a copy of each problem of a rule changed; an
// error of another kind as it is.
func mapProblems(err error, change func(e *rule.Error)) error {
	problems := slices.Clone(ruleProblems(err))
	if len(problems) == 0 {
		return err
	}
	for i, e := range problems {
		changed := *e
		change(&changed)
		problems[i] = &changed
	}
	return problems
}

// ruleProblems returns the problems of rules that an error tells, those of all
// files of a library.
func ruleProblems(err error) rule.Errors {
	if isAny(err, new(*ingest.ConfigError)) {
		return nil // of a computed attribute, whose place the configuration gives
	}
	var library *rule.LibraryError
	if errors.As(err, &library) {
		return slices.Concat(library.Files...)
	}
	var problems rule.Errors
	if errors.As(err, &problems) {
		return problems
	}
	return nil
}

// loadSegments reads the library of a folder; "" is none.
func loadSegments(dir string) (*rule.Library, error) {
	if dir == "" {
		return nil, nil
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("--segments: %w", noFolder(dir))
	case err != nil:
		return nil, fmt.Errorf("--segments: %w", err)
	case !info.IsDir():
		return nil, usagef("--segments %s is a file, expected a folder of segment files", dir)
	}
	library, err := rule.LoadLibrary(os.DirFS(dir))
	if err != nil && ruleProblems(err) == nil {
		return nil, fmt.Errorf("--segments %s: %w", dir, err)
	}
	return library, mapProblems(err, func(e *rule.Error) { e.File = filepath.Join(dir, e.File) })
}

// noFolder says that there is no folder of segments where one was named.
func noFolder(dir string) error { return fmt.Errorf("the folder %q does not exist", dir) }

// locate returns the error of a check with the files of a library's segments as
// paths that start where the command runs, as that of the rule itself does.
func (g *givenRule) locate(err error, segmentsDir string) error {
	return mapProblems(err, func(e *rule.Error) {
		switch {
		case e.File == g.file && e.Source == g.text || e.File == "" && g.file == "":
		case e.File == "" && g.file != "":
			e.File = g.file // a file of text, whose name the checker does not know
		default:
			e.File = filepath.Join(segmentsDir, e.File)
		}
	})
}
