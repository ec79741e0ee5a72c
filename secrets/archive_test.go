package secrets

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
)

func zipOf(t testing.TB, names ...string) func(datas ...[]byte) []byte {
	return func(datas ...[]byte) []byte {
		t.Helper()
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i, name := range names {
			f, err := w.Create(name)
			if err == nil {
				_, err = f.Write(datas[i])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
}

func tarOf(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o644})
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func flipped(data []byte, at int, bit byte) []byte {
	out := bytes.Clone(data)
	out[at] ^= bit
	return out
}

// A secret in an archive is found under the archive's name, and what is not read of one blocks. PERF-14
func TestArchives(t *testing.T) {
	key := []byte("a: 1\nKey: " + awsKey + "\n")
	one := zipOf(t, "sub/t.yaml")(key)
	tgz := gzipOf(t, tarOf(t, "t.yaml", key))
	two := zipOf(t, "one.zip")(one)
	encrypted := bytes.Clone(one)
	encrypted[6] |= 1
	if at := bytes.Index(encrypted, []byte("PK\x01\x02")); at > 0 {
		encrypted[at+8] |= 1
	}
	hit := func(at string) string { return at + ": error AXLE2501: AWS access key AKIA****HVN" }
	for _, c := range []struct {
		name, path string
		data       []byte
		want       []string // what findings begin with
	}{
		{"zip", "x.zip", one, []string{hit("x.zip!sub/t.yaml:2:6")}},
		{"zip by another name", "lib.jar", one, []string{hit("lib.jar!sub/t.yaml:2:6")}},
		{"zip behind a program", "x.run", append([]byte("#!/bin/sh\n\x00"), one...), []string{hit("x.run!sub/t.yaml:2:6")}},
		{"tar", "x.tar", tarOf(t, "t.yaml", key), []string{hit("x.tar!t.yaml:2:6")}}, // once, though it stands in the bytes too
		{"tar that leads out", "x.tar", tarOf(t, "../../etc/t.yaml", key), []string{hit("x.tar!etc/t.yaml:2:6")}},
		{"gzip", "t.yaml.gz", gzipOf(t, key), []string{hit("t.yaml.gz!t.yaml:2:6")}},
		{"tar in gzip is one archive", "x.tgz", tgz, []string{hit("x.tgz!t.yaml:2:6")}},
		{"an archive in an archive", "x.zip", zipOf(t, "y.tgz")(tgz), []string{hit("x.zip!y.tgz!t.yaml:2:6")}},
		{"and one in that", "x.zip", zipOf(t, "two.zip")(two), []string{"x.zip!two.zip!one.zip: error AXLE2502: not scanned: x.zip!two.zip!one.zip is an archive in an archive in an archive"}},
		{"encrypted", "x.zip", encrypted, []string{"x.zip!sub/t.yaml: error AXLE2502: not scanned: x.zip!sub/t.yaml is encrypted"}},
		{"one broken file of two", "x.zip", flipped(zipOf(t, "a", "b")([]byte(strings.Repeat("text ", 20)), key), 40, 0xff),
			[]string{"x.zip!a: error AXLE2502: not scanned: x.zip!a cannot be unpacked", hit("x.zip!b:2:6")}},
		{"cut off", "x.tgz", tgz[:len(tgz)-12], []string{hit("x.tgz!t.yaml:2:6"), "x.tgz: error AXLE2502: not scanned: x.tgz is an archive that cannot be read to its end"}},
		{"without its directory", "x.zip", one[:len(one)-30], []string{"x.zip: error AXLE2502: not scanned: x.zip is an archive that cannot be read to its end"}},
		{"something behind the end", "x.tgz", gzipOf(t, append(tarOf(t, "t.yaml", nil), key...)),
			[]string{"x.tgz: error AXLE2502: not scanned: x.tgz is an archive that cannot be read to its end: something follows"}},
		{"a bomb", "x.gz", gzipOf(t, make([]byte, maxUnpacked+2)), []string{"x.gz!x: error AXLE2502: not scanned: x.gz!x is 6 MB"}},
		{"a bomb in a tar", "x.tgz", gzipOf(t, tarOf(t, "zeros", make([]byte, maxUnpacked+2))),
			[]string{"x.tgz!zeros: error AXLE2502", "x.tgz: error AXLE2502: not scanned: x.tgz unpacks to more than is read"}},
		{"too many files", "x.zip", zipOf(t, make([]string, maxMembers+1)...)(make([][]byte, maxMembers+1)...),
			[]string{"x.zip: error AXLE2502: not scanned: x.zip unpacks to more than is read"}},
		{"xz", "x.xz", []byte("\xfd7zXZ\x00\x00"), []string{"x.xz: error AXLE2502: not scanned: x.xz is packed with xz, which axle does not unpack"}},
		{"7z", "x", []byte("7z\xbc\xaf\x27\x1c\x00"), []string{"x: error AXLE2502: not scanned: x is packed with 7z"}},
		{"a clean zip", "x.zip", zipOf(t, "a")([]byte("clean")), nil},
		{"no archive", "x.zip", []byte("PK is a name"), nil},
		{"bzip2 by name alone", "x.bz2", []byte("BZh9 is a word"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := scan(t, words{}, Blob{Path: c.path, Data: c.data})
			if len(found) != len(c.want) {
				t.Fatalf("%v, want %q", found, c.want)
			}
			for i, f := range found {
				if !strings.HasPrefix(f.String(), c.want[i]) {
					t.Errorf("%s\nwant %s", f, c.want[i])
				}
			}
		})
	}
}

// One archive unpacks to no more than its limits, however many lie in it. T08
func TestUnpackedInAll(t *testing.T) {
	var names []string
	var datas [][]byte
	for i := range 20 {
		names, datas = append(names, fmt.Sprint(i)), append(datas, make([]byte, 4<<20))
	}
	sum := 0
	err := members(Blob{Path: "x.zip", Data: zipOf(t, names...)(datas...)}, func(b Blob) error {
		sum += len(b.Data)
		return nil
	})
	if err != nil || sum > maxUnpacked+MaxSize {
		t.Errorf("%d bytes were given: %v", sum, err)
	}
	small := gzipOf(t, tarOf(t, "a", make([]byte, 20<<20)))
	if found := scan(t, words{}, Blob{Path: "x.tgz", Data: small}); len(found) != 2 {
		t.Errorf("%d bytes that unpack to 20 MB: %v", len(small), found)
	}
}

// What is not read of an archive is known by the archive's content, so that a baseline can answer for it.
func TestUnreadByContent(t *testing.T) {
	xz := []byte("\xfd7zXZ\x00\x00")
	of := func(b Blob) string { return scan(t, words{}, b)[0].Fingerprint }
	a := of(Blob{Path: "x.xz", Commit: "a", Data: xz})
	if b := of(Blob{Path: "x.xz", Commit: "b", Data: xz}); a != b {
		t.Error("another commit, another fingerprint")
	}
	if b := of(Blob{Path: "x.xz", Commit: "a", Data: append(xz, 1)}); a == b {
		t.Error("another content has the same fingerprint")
	}
}

// What a purge finds in an archive it leaves, and says so: a value of another length would break it.
func TestLeaksInArchives(t *testing.T) {
	all := func(pipeline.Finding) bool { return true }
	blobs := Blobs(Blob{Path: "x.tar", Data: tarOf(t, "a", []byte("Key: "+awsKey))})
	l, err := FindLeaks(t.Context(), words{}, blobs, nil, all)
	if err != nil || len(l.Findings) != 0 || len(l.Left) == 0 {
		t.Errorf("%v %v", l.Findings, err)
	}
}

func FuzzMembers(f *testing.F) {
	one := zipOf(f, "a")([]byte("text"))
	for _, seed := range [][]byte{one, tarOf(f, "a", []byte("x")), gzipOf(f, tarOf(f, "a", one)), []byte("BZh91AY&SY"), []byte("PK\x03\x04"), binary.LittleEndian.AppendUint32(nil, 0x06054b50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sum := 0
		err := members(Blob{Path: "x", Data: data}, func(b Blob) error {
			if sum += len(b.Data); !strings.HasPrefix(b.Path, "x") || strings.Contains(b.Path, "..") && !strings.Contains(string(data), "..") {
				t.Errorf("%q", b.Path)
			}
			return nil
		})
		if err != nil || sum > 2*(maxUnpacked+MaxSize) {
			t.Errorf("%d bytes: %v", sum, err)
		}
	})
}
