package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// ReadOutgoing reads what git gives to pre-push: a line of local ref, local id, remote ref and
// remote id for each ref. A local ref may be an expression.
func ReadOutgoing(in io.Reader) ([]Update, error) {
	var all []Update
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 4 || !isID(f[1]) || !isID(f[3]) {
			return nil, document.Fail("AXLE1509", fmt.Sprintf("%q is not what git gives to pre-push", document.Printable(lines.Text())), "git runs this hook: push", nil)
		}
		all = append(all, Update{Old: f[3], New: f[1], Ref: f[2]})
	}
	return all, lines.Err()
}

// Outgoing gives what a push would send: what its ids reach and no remote-tracking branch does.
func (r *Repo) Outgoing(ctx context.Context, updates []Update) iter.Seq2[secrets.Blob, error] {
	var tips []string
	for _, u := range updates {
		if !isZero(u.New) {
			tips = append(tips, u.New)
		}
	}
	if len(tips) == 0 {
		return secrets.Blobs()
	}
	return r.blobs(ctx, span{revisions: tips, without: []string{"--not", "--remotes"}, refs: refsOf(updates)}, nil)
}
