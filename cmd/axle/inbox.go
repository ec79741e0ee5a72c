package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// push is what pre-receive lets in: it is noted before the refs move, and crossed out when its
// runs are stored. A post-receive that was killed in between is made good by axle runs resume,
// which knows the pusher from here.
type push struct {
	Updates []git.Update `json:"updates"`
	Pusher  string       `json:"pusher,omitempty"`
}

// inboxAge is how long a push that no ref shows is kept: it may be under way still.
const inboxAge = time.Hour

// pusher is who pushes, where the transport says so.
func (a *app) pusher() string {
	for _, name := range []string{"AXLE_PUSHER", "REMOTE_USER", "GL_USERNAME"} {
		if who, ok := a.env(name); ok && who != "" {
			return who
		}
	}
	return ""
}

func (p push) file(dir string) (string, []byte, error) {
	data, err := json.Marshal(p)
	sum := sha256.Sum256(data)
	return filepath.Join(dir, "inbox", hex.EncodeToString(sum[:16])+".json"), data, err
}

// noteIn writes a push down, before git moves its refs.
func (a *app) noteIn(r *git.Repo, p push) error {
	dir, err := a.stateDir(r)
	if err != nil {
		return err
	}
	name, data, err := p.file(dir)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o700)
	}
	if err == nil {
		err = disk.WriteFile(name, data, 0o600)
	}
	if err != nil {
		return document.Fail("AXLE3149", "the push cannot be noted in "+dir, "whoever pushes must be allowed to write there", err)
	}
	return nil
}

// crossOut forgets a push whose runs are stored.
func (w *workshop) crossOut(p push) error {
	name, _, err := p.file(w.state.dir)
	if err != nil {
		return err
	}
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// missed makes the runs of pushes that were received, and whose post-receive did not live to.
func (w *workshop) missed(ctx context.Context) error {
	names, err := filepath.Glob(filepath.Join(w.state.dir, "inbox", "*.json"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := w.makeGood(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (w *workshop) makeGood(ctx context.Context, name string) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its post-receive lives
	}
	var p push
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return document.Fail("AXLE3148", name+" cannot be read", "it notes one push; axle run --ref BRANCH judges what the push brought", err)
	}
	arrived := false
	for _, u := range p.Updates {
		if !w.arrived(ctx, u) {
			continue
		}
		arrived = true
		w.app.tell("a push of %s was received, and not all of its runs were made", document.Printable(u.Ref))
		if err := w.makeRest(ctx, u, p.Pusher); err != nil {
			w.app.exit(err)
		}
	}
	if info, err := os.Stat(name); !arrived && err == nil && w.app.now().Sub(info.ModTime()) < inboxAge {
		return nil
	}
	return os.Remove(name)
}

// arrived says whether the ref has come to what was pushed, or gone on from there.
func (w *workshop) arrived(ctx context.Context, u git.Update) bool {
	tip, err := w.repo.Resolve(ctx, u.Ref)
	if err != nil {
		return false
	}
	has, err := w.repo.Contains(ctx, tip, u.New)
	return err == nil && has
}

// makeRest makes those runs of an updated ref that are not there.
func (w *workshop) makeRest(ctx context.Context, u git.Update, pusher string) error {
	planned, err := w.plannedOf(ctx, u, pusher)
	if err != nil {
		return err
	}
	all, err := w.state.log.Runs(ctx)
	if err != nil {
		return err
	}
	_, err = w.beginAll(ctx, slices.DeleteFunc(planned, func(p pipeline.Run) bool {
		return slices.ContainsFunc(all, func(r pipeline.Run) bool {
			return r.Commit.SHA == p.Commit.SHA && r.Commit.Ref == p.Commit.Ref && r.Product == p.Product
		})
	}))
	return err
}

// pushedBy is who pushed, as a run remembers it.
func pushedBy(who string) []pipeline.Person {
	if who == "" {
		return nil
	}
	return []pipeline.Person{{Email: who, Role: "pusher"}}
}
