package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime/debug"
)

// maxProblems is how many problems a report lists; beyond it they are counted.
const maxProblems = 100

// VerifyReport is what [Verify] has found.
type VerifyReport struct {
	Version  uint64
	Files    int     // of the version, its manifest not counted
	Sections int     // whose checksums were compared
	Bytes    int64   // in them
	Problems []error // what is wrong, each with its file, most with the section; at most 100. None: the version is sound
	Unlisted int     // problems beyond those

	// Leftovers is what is in the folder and no kept version names, sorted: paths
	// within the folder with slashes; one that ends in a slash is a folder with all
	// that is in it. It is no problem, since no reader ever looks at it: a writer
	// that was killed left it, or could not remove it, and the next one will, unless
	// it is a file of others. But as long as it is there it may hold data of
	// customers who have been deleted since. What a writer is at work on just now is
	// listed, too. Where the manifest of a kept version cannot be read nobody knows
	// what it names: then nothing in the folders of versions is listed.
	Leftovers []string
}

// VerifyProgress tells how far [Verify] has come.
type VerifyProgress struct {
	File        string // being read, by name
	Done, Total int64  // bytes whose checksums are compared; Done is Total while structures are checked
}

// Verify checks all of a version, 0 for the current one: every checksum of every
// file, then what the files hold: that every structure can be read, and that they
// agree with each other and with the manifest. It reads piece by piece and keeps
// nothing, calls progress, where there is one, now and then, and stops with ctx.
//
// What it finds is in the report. The error is that of the manifest, as of
// [ReadManifest], or ctx's. A build beside it is no problem: what is found is of
// one version, whole.
func Verify(ctx context.Context, fsys FS, dir string, version uint64, progress func(VerifyProgress)) (report *VerifyReport, err error) {
	for attempt := 1; ; attempt++ {
		current, err := readRoot(fsys, dir)
		if err != nil {
			return nil, err
		}
		m, err := current.version(fsys, dir, version)
		if err != nil {
			return nil, err
		}
		v := newVerifier(ctx, fsys, dir, m, progress)
		if !v.begin(current) && attempt < openAttempts && current.replaced(fsys, dir) {
			// A build has just removed the version, or put another one in its place.
			if err := v.unmap(); err != nil {
				return nil, err
			}
			continue
		}
		if err := v.run(); err != nil {
			return nil, errors.Join(err, v.unmap())
		}
		return v.report, v.unmap()
	}
}

// verifier checks one version.
type verifier struct {
	ctx      context.Context
	fs       FS
	dir      string
	progress func(VerifyProgress)
	state    VerifyProgress
	report   *VerifyReport
	mapped   map[string]*mapping // by name: files that are there, and of the right size
	snapshot *Snapshot           // its files are those whose checksums are right
}

func newVerifier(ctx context.Context, fsys FS, dir string, m *Manifest, progress func(VerifyProgress)) *verifier {
	v := &verifier{
		ctx: ctx, fs: fsys, dir: dir, progress: progress,
		report:   &VerifyReport{Version: m.Version, Files: len(m.Files)},
		mapped:   map[string]*mapping{},
		snapshot: &Snapshot{manifest: m, dir: dir, files: map[string]*mapping{}},
	}
	for _, f := range m.Files {
		v.state.Total += f.Size
	}
	return v
}

// begin checks that the folder of the current version has the manifest, too, and
// maps all files, so that none can be removed while others are read. What is wrong
// is in the report; ok is false where a build beside this may be why.
func (v *verifier) begin(current *root) (ok bool) {
	ok = true
	if current.manifest.Version == v.report.Version {
		if err := current.checkOwn(v.fs, v.dir); err != nil {
			ok = false
			v.add(err)
		}
	}
	return !v.mapFiles() && ok
}

// mapFiles maps all files. It reports those that cannot be mapped, and whether one
// is missing.
func (v *verifier) mapFiles() (missing bool) {
	for _, info := range v.snapshot.manifest.Files {
		path := filepath.Join(v.dir, filepath.FromSlash(info.Path))
		m, err := openMapping(v.fs, path, info)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing = true
			v.add(corrupt(path, "it is missing"))
		case err != nil:
			v.add(err)
		default:
			v.mapped[info.Name] = m
		}
	}
	return missing
}

func (v *verifier) unmap() error {
	var errs []error
	for _, m := range v.mapped {
		errs = append(errs, m.unmap())
	}
	return errors.Join(errs...)
}

// run checks what is mapped. The error is ctx's.
func (v *verifier) run() error {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // for files that are cut short while they are read
	for _, f := range v.snapshot.manifest.Files {
		if err := v.checkFile(f); err != nil {
			return err
		}
	}
	if err := v.checkStructures(); err != nil {
		return err
	}
	var err error
	v.report.Leftovers, err = leftovers(v.fs, v.dir)
	return v.found(err)
}

// found adds a problem to the report, unless err is nil or ctx's, which it
// returns.
func (v *verifier) found(err error) error {
	switch {
	case err == nil:
		return nil
	case v.ctx.Err() != nil && errors.Is(err, v.ctx.Err()):
		return err
	}
	v.add(err)
	return nil
}

// add adds a problem to the report.
func (v *verifier) add(problem error) {
	if len(v.report.Problems) == maxProblems {
		v.report.Unlisted++
		return
	}
	v.report.Problems = append(v.report.Problems, problem)
}

// at tells what is being read.
func (v *verifier) at(file string) {
	v.state.File = file
	if v.progress != nil {
		v.progress(v.state)
	}
}

// checkFile compares the checksums of a file.
func (v *verifier) checkFile(info FileInfo) error {
	m := v.mapped[info.Name]
	if m == nil {
		v.state.Done += info.Size
		return nil
	}
	v.at(info.Name)
	sound := true
	for i := range m.sums {
		err := v.guard(m.path, func() error { return m.verify(i) })
		sound = sound && err == nil
		if err := v.found(err); err != nil {
			return err
		}
		v.report.Sections++
		size := min(SectionBytes, info.Size-int64(i)*SectionBytes)
		v.report.Bytes += size
		v.state.Done += size
		v.at(info.Name)
	}
	if sound {
		v.snapshot.files[info.Name] = m
	}
	return nil
}

// guard calls check unless ctx is done. A panic of check, such as that of
// reading a file that was cut short in the meantime, is an error about path.
func (v *verifier) guard(path string, check func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = corrupt(path, "reading it failed: %v", r)
		}
	}()
	if err := v.ctx.Err(); err != nil {
		return err
	}
	return check()
}

// checkStructures checks what the files hold, each group of them by itself.
// Groups with a file whose bytes are wrong are left out: the file is in the
// report.
func (v *verifier) checkStructures() error {
	s := v.snapshot
	// What it misses are files that the manifest does not list, and files that are
	// in the report.
	_ = s.open(nil)
	groups := []group{{files: keyFiles(s.manifest), check: v.checkKeys}}
	for i := range s.attributes {
		groups = append(groups, group{files: attributeFiles(s.manifest, i), check: func() error { return v.checkAttribute(i) }})
		groups = append(groups, v.orderedGroup(i)...)
		groups = append(groups, v.gramsGroup(i)...)
	}
	for i := range s.behaviors {
		groups = append(groups, v.behaviorGroups(i)...)
	}
	for _, g := range groups {
		if err := v.checkGroup(g); err != nil {
			return err
		}
	}
	return nil
}

// group is files that are checked together.
type group struct {
	files []string // by name, the one that problems are about first
	check func() error
}

// checkGroup checks a group whose files are all there and sound.
func (v *verifier) checkGroup(g group) error {
	v.at(g.files[0])
	for _, name := range g.files {
		if _, listed := v.snapshot.manifest.File(name); !listed {
			return v.found(v.snapshot.missing(name))
		}
		if v.snapshot.files[name] == nil {
			return nil
		}
	}
	path := v.snapshot.files[g.files[0]].path
	err := v.guard(path, g.check)
	var known *CorruptError
	if err != nil && v.ctx.Err() == nil && !errors.As(err, &known) {
		err = corrupt(path, "%w", err)
	}
	return v.found(err)
}

// wrong makes an error about a file of the version.
func (v *verifier) wrong(name, format string, args ...any) error {
	return v.snapshot.files[name].Corrupt(fmt.Errorf(format, args...))
}

// eachBlock calls check with every block of rows, unless ctx is done.
func (v *verifier) eachBlock(check func(block, rows int) error) error {
	for block := range v.snapshot.Blocks() {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if err := check(block, v.snapshot.BlockRows(block)); err != nil {
			return err
		}
	}
	return nil
}
