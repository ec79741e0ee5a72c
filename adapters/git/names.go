package git

import (
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// readable refuses what is no file, wherever in name it stands.
func readable(name string, e entry) error {
	switch e.mode {
	case "120000":
		return Linked(name)
	case "160000":
		return Submodule(name)
	}
	if e.size > secrets.MaxSize {
		return document.Fail("AXLE2535", fmt.Sprintf("%s is %d MB (max 5)", name, (e.size+1<<20-1)>>20), "keep large files out of the repository", nil)
	}
	return nil
}

// Linked refuses a symbolic link.
func Linked(name string) error {
	return document.Fail("AXLE1506", name+" is a symbolic link; not allowed", "commit what it leads to", nil)
}

// Submodule refuses a submodule.
func Submodule(name string) error {
	return document.Fail("AXLE2530", "submodule "+name+" not fetched; not supported", "commit the files themselves", nil)
}

// checkName refuses a path whose last name a file system or a terminal takes for something else.
func checkName(name string) error {
	part := name[strings.LastIndexByte(name, '/')+1:]
	if strings.IndexFunc(part, func(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 }) >= 0 {
		return document.Fail("AXLE2532", fmt.Sprintf("%+q: control character in file name", name), "rename the file", nil)
	}
	if isDotGit(part) {
		return notAllowed(part)
	}
	return nil
}

func notAllowed(name string) error {
	return document.Fail("AXLE2531", fmt.Sprintf("tree entry %q is not allowed", name), "rename it; some file systems would take it for git's own directory, or for a place outside", nil)
}

// isDotGit knows .git as any file system may spell it, and the names that lead nowhere but up.
func isDotGit(part string) bool {
	p := strings.ToLower(strings.Map(func(c rune) rune {
		if c == 0xfeff || c >= 0x200c && c <= 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x206a && c <= 0x206f {
			return -1 // HFS+ does not see them
		}
		return c
	}, part))
	if i := strings.IndexAny(p, `:\`); i > 0 { // NTFS reads a stream, or a folder, behind it
		p = p[:i]
	}
	p = strings.TrimRight(p, " .")
	return p == ".git" || p == "git~1" || p == ""
}
