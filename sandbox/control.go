package sandbox

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// controlRoot is where the sandbox itself is spoken to, on its port. No bucket has such a name.
const controlRoot = "/_sandbox/"

// maxControl bounds what a control request may carry: a snapshot is the greatest of it.
const maxControl = 1 << 30

// control answers a request to the sandbox itself, and says whether it was one. Only this machine
// is answered, and no web page: a browser says where a request comes from.
func (s *Sandbox) control(w http.ResponseWriter, r *http.Request) bool {
	path, ok := strings.CutPrefix(r.URL.Path, controlRoot)
	if !ok || r.RemoteAddr == "" { // in process there is the Sandbox itself
		return false
	}
	if !local(r.RemoteAddr) || !local(r.Host) || r.Header.Get("Origin") != "" {
		refuse(w, http.StatusForbidden, document.Fail("AXLE1118", "the sandbox is controlled from this machine alone", "ask it at 127.0.0.1, from no web page", nil))
		return true
	}
	do := s.controls()[path]
	if do == nil {
		refuse(w, http.StatusNotFound, document.Fail("AXLE1117", "the sandbox has no control "+document.Printable(path),
			"use agreements, calls, clock, coverage, digest, experiences, licences, products, reset, restore, rules, settings or snapshot", nil))
		return true
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxControl)
	out, err := do(w, r)
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, err)
	case out != nil:
		answerJSON(w, http.StatusOK, out)
	}
	return true
}

// local says whether an address with or without a port is this machine's own.
func local(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type control func(http.ResponseWriter, *http.Request) (any, error)

func (s *Sandbox) controls() map[string]control {
	return map[string]control{
		"calls": reading(func(r *http.Request) (any, error) {
			since, err := strconv.Atoi(r.URL.Query().Get("since"))
			if err != nil {
				since = 0
			}
			calls, err := s.Calls(r.Context(), since)
			return map[string]any{"sandbox": true, "calls": append([]Call{}, calls...)}, err
		}),
		"coverage": reading(func(*http.Request) (any, error) { return s.Coverage(), nil }),
		"digest": reading(func(r *http.Request) (any, error) {
			digest, err := s.Digest(r.Context())
			return map[string]string{"digest": digest}, err
		}),
		"settings":    readOrWrite(s.readSettings, s.writeSettings),
		"rules":       readOrWrite(s.readRules, s.writeRules),
		"licences":    writing(s.writeLicence),
		"experiences": writing(s.writeExperience),
		"products":    writing(s.writeProduct),
		"agreements":  writing(s.writeAgreement),
		"clock":       readOrWrite(s.readClock, s.writeClock),
		"reset": writing(func(r *http.Request) (any, error) {
			var want struct{ Start, Seed string }
			if err := decodeJSON(r, &want); err != nil {
				return nil, err
			}
			var seed []byte
			if want.Seed != "" {
				seed = []byte(want.Seed)
			}
			return done(s.Reset(r.Context(), want.Start, seed))
		}),
		"snapshot": func(w http.ResponseWriter, r *http.Request) (any, error) {
			w.Header().Set("Content-Type", "application/octet-stream")
			return nil, s.Snapshot(r.Context(), w)
		},
		"restore": writing(func(r *http.Request) (any, error) { return done(s.Restore(r.Context(), r.Body)) }),
	}
}

func reading(f func(*http.Request) (any, error)) control { return readOrWrite(f, nil) }
func writing(f func(*http.Request) (any, error)) control { return readOrWrite(nil, f) }

// readOrWrite reads by GET and writes by POST or PUT.
func readOrWrite(read, write func(*http.Request) (any, error)) control {
	return func(_ http.ResponseWriter, r *http.Request) (any, error) {
		f := map[string]func(*http.Request) (any, error){http.MethodGet: read, http.MethodPost: write, http.MethodPut: write}[r.Method]
		if f == nil {
			return nil, document.Fail("AXLE1117", r.Method+" is not for "+r.URL.Path, "GET reads, POST changes", nil)
		}
		return f(r)
	}
}

func (s *Sandbox) readSettings(r *http.Request) (any, error) { return s.Settings(r.Context()) }

// writeSettings takes settings by name, as Set does: {"preset": "storm"}.
func (s *Sandbox) writeSettings(r *http.Request) (any, error) {
	values := map[string]string{}
	if err := decodeJSON(r, &values); err != nil {
		return nil, err
	}
	if err := s.Set(r.Context(), values); err != nil {
		return nil, err
	}
	return s.readSettings(r)
}

func (s *Sandbox) readRules(r *http.Request) (any, error) {
	its, err := s.Settings(r.Context())
	return Rules{its.Faults, its.Latency, its.Unseen}, err
}

func (s *Sandbox) writeRules(r *http.Request) (any, error) {
	var rules Rules
	if err := decodeJSON(r, &rules); err != nil {
		return nil, err
	}
	if err := s.SetRules(r.Context(), rules); err != nil {
		return nil, err
	}
	return s.readRules(r)
}

func (s *Sandbox) readClock(r *http.Request) (any, error) {
	now, p, err := s.time(r.Context())
	return struct {
		Now time.Time `json:"now"`
		world.Pace
	}{now, p}, err
}

// writeClock sets the pace, moves the clock forward, or both: {"pace": "manual", "advance": "3h"}.
func (s *Sandbox) writeClock(r *http.Request) (any, error) {
	var want struct {
		Pace    string
		Advance world.Duration
	}
	if err := decodeJSON(r, &want); err != nil {
		return nil, err
	}
	if want.Pace != "" {
		p, err := ParsePace(want.Pace)
		if err != nil {
			return nil, err
		}
		if err := s.SetPace(r.Context(), p); err != nil {
			return nil, err
		}
	}
	if err := s.Advance(r.Context(), time.Duration(want.Advance)); err != nil {
		return nil, err
	}
	return s.readClock(r)
}

// decodeJSON reads a body whose members are all known. An empty body says nothing.
func decodeJSON(r *http.Request, into any) error {
	if r.ContentLength == 0 {
		return nil
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return document.Fail("AXLE1117", "the body is not what "+r.URL.Path+" takes: "+document.Printable(err.Error()), "docs/sandbox.md shows it", err)
	}
	return nil
}

func done(err error) (any, error) { return map[string]bool{"done": true}, err }

func refuse(w http.ResponseWriter, status int, err error) {
	said := map[string]string{"message": err.Error()}
	var known *document.Error
	if errors.As(err, &known) {
		said = map[string]string{"code": known.Code, "message": known.Summary, "hint": known.Hint}
	}
	answerJSON(w, status, said)
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may be gone
}
