package export

import "io"

// ReplaceFile puts what write writes into the file at path, as [WriteFile] does with
// an audience: the file appears whole, with its data on disk, or not at all.
func ReplaceFile(path string, write func(io.Writer) error) error {
	target, err := targetOf(path)
	if err != nil {
		return err
	}
	return replaceFile(target, write)
}
