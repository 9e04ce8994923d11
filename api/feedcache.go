package api

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"sync"
	"time"

	"watchbill/schedule"
)

// A rendered feed is its bytes and what they are made of.
type rendered struct {
	feed    schedule.ID
	stamp   string
	etag    string
	plain   []byte
	changed time.Time // when they last became others

	zip    sync.Once
	zipped []byte
}

// compressed returns the bytes as gzip, made once, when somebody wants it first. The
// compressor comes from a pool: it is larger than most feeds.
func (r *rendered) compressed(pool *sync.Pool) []byte {
	r.zip.Do(func() {
		zip, ok := pool.Get().(*gzip.Writer)
		if !ok {
			zip = gzip.NewWriter(nil)
		}
		defer pool.Put(zip)
		var out bytes.Buffer
		zip.Reset(&out)
		_, _ = zip.Write(r.plain) // a buffer takes everything
		_ = zip.Close()
		r.zipped = out.Bytes()
	})
	return r.zipped
}

// size is about what it takes to keep it; calendars compress at least to a quarter.
func (r *rendered) size() int { return len(r.plain)*5/4 + 1000 }

// A feedCache keeps what was rendered, within a number of bytes: what was read
// longest ago goes first.
type feedCache struct {
	most int

	mu    sync.Mutex
	size  int
	byID  map[schedule.ID]*list.Element
	order list.List // of *rendered, the one read last in front
}

// get returns what is kept of a feed, also when it is not the newest.
func (c *feedCache) get(id schedule.ID) *rendered {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byID[id]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*rendered)
}

func (c *feedCache) put(r *rendered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = map[schedule.ID]*list.Element{}
	}
	c.drop(c.byID[r.feed])
	if r.size() > c.most {
		return
	}
	c.byID[r.feed] = c.order.PushFront(r)
	for c.size += r.size(); c.size > c.most; {
		c.drop(c.order.Back())
	}
}

func (c *feedCache) drop(e *list.Element) {
	if e == nil {
		return
	}
	r := c.order.Remove(e).(*rendered)
	delete(c.byID, r.feed)
	c.size -= r.size()
}
