package access

import "sync"

// parsed are the policies that have been read: one call asks the same few again and again.
var parsed = shelf{all: map[paper]reading{}}

const mostParsed = 4096

type paper struct {
	kind Kind
	text string
}

type reading struct {
	policy *Policy
	err    error
}

// shelf keeps what has been read, and forgets all of it when there is too much.
type shelf struct {
	lock sync.RWMutex
	all  map[paper]reading
}

func (s *shelf) read(text string, kind Kind) (*Policy, error) {
	key := paper{kind, text}
	s.lock.RLock()
	r, ok := s.all[key]
	s.lock.RUnlock()
	if ok {
		return r.policy, r.err
	}
	r.policy, r.err = Parse(text, kind)
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.all) >= mostParsed {
		clear(s.all)
	}
	s.all[key] = r
	return r.policy, r.err
}
