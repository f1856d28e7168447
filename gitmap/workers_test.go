package gitmap

import (
	"errors"
	"sync"
	"testing"
)

func TestWorkers(t *testing.T) {
	for _, fail := range []error{nil, errors.New("it failed")} {
		repo := testRepo(t)
		pack, err := repo.NewPack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer pack.Abort()
		hold := make(chan bool)
		release := sync.OnceFunc(func() { close(hold) })
		defer release()
		for range maxWorkers { // all of them are busy
			pack.workers.do(0, func(*deflater) error {
				<-hold
				return fail
			})
		}
		id, err := pack.WriteBlob([]byte("waits\n"))
		if err != nil {
			t.Fatal(err)
		}
		if at := pack.writer.written[id]; at.offset != 0 {
			t.Fatal("the object was written while all workers were busy")
		}
		if got, err := pack.blob(id); err != nil || string(got) != "waits\n" {
			t.Errorf("blob that is not yet written = %q, %v", got, err)
		}
		release()
		if err := pack.workers.wait(); err != fail {
			t.Errorf("wait = %v, want %v", err, fail)
		}
		if _, err := pack.WriteBlob([]byte("more\n")); err != fail {
			t.Errorf("WriteBlob after that = %v, want %v", err, fail)
		}
		if err := pack.Finish(); err != fail {
			t.Errorf("Finish = %v, want %v", err, fail)
		}
		_, err = repo.blob(id)
		if (err == nil) != (fail == nil) {
			t.Errorf("the object in the repository: error %v, though Finish returned %v", err, fail)
		}
		noTemporaries(t, repo)
	}
}

// Memory stays bounded: who claims too much waits.
func TestWorkersClaim(t *testing.T) {
	pack, err := testRepo(t).NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pack.Abort()
	w := pack.workers
	w.claim(maxClaimed)
	claimed := make(chan bool)
	go func() {
		w.claim(1)
		close(claimed)
	}()
	done := make(chan bool)
	w.do(maxClaimed, func(*deflater) error {
		select {
		case <-claimed:
			t.Error("more than maxClaimed bytes were claimed")
		default:
		}
		close(done)
		return nil
	})
	<-done
	<-claimed
	w.release(1, nil)
}
