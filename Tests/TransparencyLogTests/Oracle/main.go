// Checks an export, its checkpoint and proofs with Go's own packages for
// checksum databases, which know nothing of secret-rotator.
//
// GO111MODULE=off GOPATH=/usr/share/gocode go run main.go FOLDER
//
// The folder has: leaves (one a line), vkey, checkpoint (a signed note), *.tlog-proof
// (inclusion in that checkpoint's tree), and consistency-N (the proof from size N, one
// hash in Base64 a line). Prints what it checked; ends with 1 at the first thing wrong.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, h[i])
	}
	return out, nil
}

func must(what string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func read(path ...string) []byte {
	data, err := os.ReadFile(filepath.Join(path...))
	must("reading", err)
	return data
}

func parseHashes(lines []string) []tlog.Hash {
	out := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		must("hash", err)
		out = append(out, hash)
	}
	return out
}

func main() {
	log.SetFlags(0)
	folder := os.Args[1]
	export := read(folder, "leaves")
	if !bytes.HasSuffix(export, []byte("\n")) {
		log.Fatal("leaves: no newline at the end")
	}
	leaves := bytes.Split(export[:len(export)-1], []byte("\n"))
	var stored hashes
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, stored)
		must("StoredHashes", err)
		stored = append(stored, more...)
	}

	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(folder, "vkey"))))
	must("NewVerifier", err)
	signed := read(folder, "checkpoint")
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must("note.Open", err)
	head := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(head[1], 10, 64)
	must("size", err)
	root := parseHashes(head[2:3])[0]
	own, err := tlog.TreeHash(size, stored)
	must("TreeHash", err)
	if head[0] != verifier.Name() || size != int64(len(leaves)) || own != root || len(head) != 4 {
		log.Fatalf("the checkpoint says %v, the leaves say %d %v", head, len(leaves), own)
	}

	inclusion, _ := filepath.Glob(filepath.Join(folder, "*.tlog-proof"))
	for _, path := range inclusion {
		parts := strings.SplitN(string(read(path)), "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" || parts[1] != string(signed) {
			log.Fatalf("%s: not a proof for the checkpoint", path)
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		must("index", err)
		proof := tlog.RecordProof(parseHashes(lines[2:]))
		must("CheckRecord "+path, tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(leaves[index])))
		made, err := tlog.ProveRecord(size, index, stored)
		must("ProveRecord", err)
		if len(made)+len(proof) > 0 && !reflect.DeepEqual(made, proof) {
			log.Fatalf("%s: Go makes another proof", path)
		}
	}

	consistency, _ := filepath.Glob(filepath.Join(folder, "consistency-*"))
	for _, path := range consistency {
		old, err := strconv.ParseInt(path[strings.LastIndex(path, "-")+1:], 10, 64)
		must("old size", err)
		oldRoot, err := tlog.TreeHash(old, stored)
		must("TreeHash", err)
		proof := tlog.TreeProof(parseHashes(strings.Fields(string(read(path)))))
		must("CheckTree "+path, tlog.CheckTree(proof, size, root, old, oldRoot))
		made, err := tlog.ProveTree(size, old, stored)
		must("ProveTree", err)
		if len(made)+len(proof) > 0 && !reflect.DeepEqual(made, proof) {
			log.Fatalf("%s: Go makes another proof", path)
		}
	}
	fmt.Printf("leaves %d inclusion %d consistency %d other signatures %d\n",
		size, len(inclusion), len(consistency), len(opened.UnverifiedSigs))
}
