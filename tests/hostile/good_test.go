package hostile

import "testing"

func TestGoodRepositoryPasses(t *testing.T) {
	r := newRepo(t)
	main := r.commit(r.root(r.good()))
	if o := r.pushed(main); o.code != 0 {
		t.Errorf("pre-receive: %d\n%s", o.code, o.all())
	}
	r.write(".git/refs/heads/main", main+"\n")
	if o := r.alpha(); o.code != 0 {
		t.Errorf("alpha: %d\n%s", o.code, o.all())
	}
	if o := r.history(); o.code != 0 {
		t.Errorf("history: %d\n%s", o.code, o.all())
	}
}
