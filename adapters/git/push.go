package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Update is a line that git gives to pre-receive and post-receive.
type Update struct{ Old, New, Ref string }

// ReadUpdates reads the lines git gives to pre-receive and post-receive: old new ref.
func ReadUpdates(in io.Reader) ([]Update, error) {
	var out []Update
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		f := strings.SplitN(lines.Text(), " ", 3)
		if len(f) != 3 || !isID(f[0]) || !isID(f[1]) || !strings.HasPrefix(f[2], "refs/") {
			return nil, document.Fail("AXLE1504", fmt.Sprintf("%q is not a line that git gives to a hook", lines.Text()), "git runs this command, with \"old new ref\" on its input", nil)
		}
		out = append(out, Update{f[0], f[1], f[2]})
	}
	return out, lines.Err()
}

// People are the authors and committers of what before..sha brought, each once a commit. When
// before is unknown they are those of sha alone.
func (r *Repo) People(ctx context.Context, before, sha string) ([]pipeline.Person, error) {
	if err := ids(sha); err != nil {
		return nil, err
	}
	known, err := r.known(ctx, before)
	if err != nil {
		return nil, err
	}
	args := []string{"log", "-z", "--no-show-signature", "--format=%H%x00%ae%x00%ce"}
	if known {
		args = append(args, sha, "^"+before)
	} else {
		args = append(args, "-1", sha)
	}
	return r.people(ctx, args)
}

func (r *Repo) people(ctx context.Context, args []string) ([]pipeline.Person, error) {
	out, err := r.git(ctx, nil, args...)
	if err != nil {
		return nil, err
	}
	f := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	var people []pipeline.Person
	for ; len(f) >= 3; f = f[3:] {
		people = append(people,
			pipeline.Person{Email: f[1], Role: "author", SHA: f[0]},
			pipeline.Person{Email: f[2], Role: "committer", SHA: f[0]})
	}
	if len(f) > 0 && !(len(f) == 1 && f[0] == "") {
		return nil, io.ErrUnexpectedEOF
	}
	return people, nil
}
