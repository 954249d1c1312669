package postgres

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// serverUser is whom root's server runs as.
const serverUser = "postgres"

// maxSocketFolder is the longest path, in bytes, of a folder whose sockets can be
// connected to: the address holds 103 bytes on some systems, and the socket's
// name takes up to 16.
const maxSocketFolder = 86

// account is whom the server runs as. The zero account is the own one.
type account struct {
	other    bool
	uid, gid uint32
}

// serverAccount returns whom the server runs as: serverUser where this is root.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	u, err := user.Lookup(serverUser)
	if err != nil {
		return account{}, fmt.Errorf("PostgreSQL does not run as root, and there is no user to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", serverUser, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", serverUser, err)
	}
	return account{other: true, uid: uint32(uid), gid: uint32(gid)}, nil
}

// makePlace makes the private folder of a server: in the first of parents that
// the account can reach and whose path is short enough for a socket.
func makePlace(who account, parents ...string) (string, error) {
	var refused error
	for _, parent := range parents {
		parent, err := filepath.Abs(parent)
		if err != nil {
			return "", err
		}
		if err := who.reaches(parent); err != nil {
			refused = err
			continue
		}
		dir, err := os.MkdirTemp(parent, "rollcall-postgres-")
		if err != nil {
			return "", err
		}
		if len(dir) > maxSocketFolder {
			refused = fmt.Errorf("folder %s: its path is longer than %d bytes, too long for a socket", dir, maxSocketFolder)
			if err := os.Remove(dir); err != nil {
				return "", err
			}
			continue
		}
		return dir, who.own(dir)
	}
	return "", fmt.Errorf("no folder for a PostgreSQL server: %w", refused)
}

// reaches returns an error where another account cannot enter a folder or one
// above it. It looks at what everybody may: groups and lists of access are left out.
func (a account) reaches(dir string) error {
	if !a.other {
		return nil
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 {
			return fmt.Errorf("the user %s cannot enter %s", serverUser, dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

// own hands a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}
