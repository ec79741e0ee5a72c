package market

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What a new user gets wrong: each is told in words that say what to do, with the exit code of its kind,
// and nothing is changed. MKF-1 MKF-2 PMP-10 PMP-17
func TestWrongInputs(t *testing.T) {
	box, repo := stand(t), repository(t, "two.yaml")
	s, g := at(t, box, repo)
	for name, change := range map[string][2]string{
		"external.yaml": {"external_id: c81b0a5577", "external_id: another"},
		"role.yaml":     {"121212121212:role/axle/market", "121212121212:role/axle/none"},
		"id.yaml":       {"id: exp-1111approved", "id: exp-1111gone"},
		"blank.yaml":    {"id: exp-1111approved", `id: "exp-1111approved "`},
	} {
		text, err := os.ReadFile(filepath.Join(repo, "marketplace.yaml"))
		check(t, err)
		s.write(name, strings.Replace(string(text), change[0], change[1], 1))
	}
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"market", "plan", "--file", "nowhere.yaml"}, 2, "path nowhere.yaml: not found"},
		{[]string{"market", "plan", "--ref", "nowhere"}, 2, "nowhere"},
		{[]string{"market", "plan", "nort"}, 2, `did you mean "north"`},
		{[]string{"market", "apply", "marketplace.yaml"}, 2, "marketplace.yaml is not a plan"},
		{[]string{"market", "plan", "--file", "blank.yaml"}, 2, "blank.yaml:"},
		{[]string{"licences", "plan"}, 2, "marketplace.yaml has no licences"},
		{[]string{"market", "status"}, 0, "no pass has tried it yet"},
		{[]string{"market", "plan", "--file", "external.yaml"}, 3, "an external id must be the same on both sides"},
		{[]string{"market", "plan", "--file", "role.yaml"}, 3, "role/axle/none cannot be assumed"},
		{[]string{"market", "plan", "--file", "id.yaml"}, 3, "Entity exp-1111gone was not found"},
		{[]string{"market", "doctor", "--file", "external.yaml"}, 1, "missing  the organization can be read"},
	} {
		if said := s.says(c.exit, []string{c.says}, c.args...); strings.Contains(said, "panic") {
			t.Error(said)
		}
	}
	if all := carriedOut(t, box); len(all) > 0 {
		t.Errorf("%v was carried out", all)
	}
	s.run(nil, "git", "rm", "-q", "marketplace.yaml")
	s.run(nil, "git", "commit", "-q", "-m", "gone")
	before := g.n
	s.says(2, []string{"marketplace.yaml is not in commit"}, "market", "apply")
	if g.n != before {
		t.Error("AWS was asked")
	}
}

// Ctrl-C while a change set is under way: exit 130, the experience is incomplete, and the next pass takes
// it up. PMP-8 PMP-12
func TestInterrupted(t *testing.T) {
	box := stand(t)
	s, g := at(t, box, repository(t, "two.yaml"))
	there, goOn := g.halt("DescribeChangeSet", false)
	cmd := s.remote("market", "apply")
	ended := s.begin(cmd)
	<-there
	check(t, cmd.Process.Signal(syscall.SIGINT))
	code, said := ended()
	if close(goOn); code != 130 || !strings.Contains(said, "incomplete") || !strings.Contains(said, "interrupted") {
		t.Errorf("exit %d\n%s", code, said)
	}
	s.says(124, []string{"interrupted: the next pass goes on"}, "market", "status")
	g.on = nil
	s.says(1, []string{"taking up change set"}, "market", "apply")
	carriedOut(t, box)
}

// Data goes to stdout alone, as JSON or in plain text; who reads no further than the first line hears no
// complaint.
func TestPiped(t *testing.T) {
	s, _ := at(t, stand(t), repository(t, "two.yaml"))
	for _, verb := range []string{"plan", "drift", "status", "doctor"} {
		cmd := s.remote("market", verb, "-o", "json")
		var talk bytes.Buffer
		cmd.Stderr = &talk
		out, _ := cmd.Output()
		var doc struct{ Outcome string }
		if err := json.Unmarshal(out, &doc); err != nil || doc.Outcome == "" {
			t.Errorf("market %s -o json: %v\n%s", verb, err, out)
		}
		cmd = s.remote("market", verb)
		pipe, err := cmd.StdoutPipe()
		check(t, err)
		talk.Reset()
		cmd.Stderr = &talk
		check(t, cmd.Start())
		line, _ := bufio.NewReaderSize(pipe, 16).ReadString('\n')
		_ = pipe.Close()
		_ = cmd.Wait()
		if strings.Contains(line+string(out), "\x1b[") || strings.Contains(talk.String(), "broken pipe") || strings.Contains(talk.String(), "panic") {
			t.Errorf("market %s | head -1: %q\n%s", verb, line, talk.String())
		}
	}
}
