package git

import (
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// readable refuses what is no file, wherever in name it stands.
func readable(name string, e entry) error {
	if err := checkName(name); err != nil {
		return err
	}
	switch e.mode {
	case "120000":
		return document.Fail("AXLE1506", name+" is a symbolic link; not allowed", "commit the file itself", nil)
	case "160000":
		return document.Fail("AXLE2530", "submodule "+name+" not fetched; not supported", "commit the files themselves", nil)
	}
	if e.size > secrets.MaxSize {
		return document.Fail("AXLE2535", fmt.Sprintf("%s is %d MB (max 5)", name, (e.size+1<<20-1)>>20), "keep large files out of the repository", nil)
	}
	return nil
}

// checkName refuses names that a file system or a terminal takes for something else.
func checkName(name string) error {
	if strings.IndexFunc(name, func(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 }) >= 0 {
		return document.Fail("AXLE2532", fmt.Sprintf("%+q: control character in file name", name), "rename the file", nil)
	}
	for _, part := range strings.Split(name, "/") {
		if isDotGit(part) {
			return document.Fail("AXLE2531", fmt.Sprintf("tree entry %q is not allowed", part), "rename it; some file systems would take it for git's own directory", nil)
		}
	}
	return nil
}

// isDotGit knows .git as any file system may spell it.
func isDotGit(part string) bool {
	p := strings.ToLower(strings.TrimRight(part, " ."))
	p = strings.NewReplacer("\u200c", "", "\u200d", "", "\ufeff", "").Replace(p)
	return p == ".git" || p == "git~1" || p == "" || strings.HasPrefix(p, ".git:")
}
