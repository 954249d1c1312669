package export

import (
	"io"
	"io/fs"
)

// Modes of files, less the umask.
const (
	publicMode  fs.FileMode = 0o644
	privateMode fs.FileMode = 0o600
)

// ReplaceFile puts what write writes into the file at path, as [WriteFile] does with
// an audience: the file appears whole, with its data on disk, or not at all.
func ReplaceFile(path string, write func(io.Writer) error) error {
	return replaceTarget(path, publicMode, write)
}

// ReplacePrivateFile does what [ReplaceFile] does, for a file that only its owner is
// to read: its mode is 0600.
func ReplacePrivateFile(path string, write func(io.Writer) error) error {
	return replaceTarget(path, privateMode, write)
}

func replaceTarget(path string, mode fs.FileMode, write func(io.Writer) error) error {
	target, err := targetOf(path)
	if err != nil {
		return err
	}
	return replaceFile(target, mode, write)
}
