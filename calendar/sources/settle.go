package sources

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"slices"
)

func digestOf(body []byte) [sha256.Size]byte { return sha256.Sum256(body) }

func isNone(err error) bool {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Code == Missing
	}
	return errors.Is(err, fs.ErrNotExist)
}

// settleAll settles all calendars.
func (k *Keeper) settleAll(ctx context.Context) {
	k.mu.Lock()
	var names []string
	for name := range k.desks {
		names = append(names, name)
	}
	k.mu.Unlock()
	slices.Sort(names)
	for _, name := range names {
		k.settle(ctx, name)
	}
}

// settle writes down what has to outlive us, and publishes what has changed.
func (k *Keeper) settle(ctx context.Context, name string) {
	k.pen.Lock()
	if err := k.bookkeep(ctx, name); err == nil {
		k.store(name)
	}
	k.pen.Unlock()
	k.refresh(name)
}

// bookkeep reads what others wrote in the journal, and writes what vanished. The caller
// holds pen.
func (k *Keeper) bookkeep(ctx context.Context, name string) error {
	if k.settings.Journal == nil {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	b := k.books[name]
	if b == nil {
		b = &book{store: k.settings.Journal, stream: Stream(name)}
		k.books[name] = b
	}
	err := b.read(within)
	if err == nil {
		b.forget(k.now().wall)
		err = k.writeOwed(within, name, b)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.desks[name]
	if d == nil {
		return err
	}
	if b.log != nil {
		k.publish(name, b)
	}
	if err != nil && d.trouble == nil {
		k.settings.Log.Error("the journal of a calendar cannot be used; andon tries again", "calendar", name, "error", err)
	} else if err == nil && d.trouble != nil {
		k.settings.Log.Info("the journal of a calendar can be used again", "calendar", name)
	}
	d.trouble = err
	return err
}

// publish tells what a book amounts to. The caller holds pen and mu.
func (k *Keeper) publish(name string, b *book) {
	if d := k.desks[name]; d != nil {
		d.read, d.kept = true, slices.Clone(b.kept)
	}
}

// writeOwed writes what vanished. It counts already: nothing opens for lack of a record.
func (k *Keeper) writeOwed(ctx context.Context, name string, b *book) error {
	for s := range k.all() {
		for {
			k.mu.Lock()
			var owed []VanishedRecord
			if s.ref.Calendar == name {
				owed = s.owed
			}
			k.mu.Unlock()
			if len(owed) == 0 {
				break
			}
			if err := b.write(ctx, k.now().wall, KindVanished, owed[0]); err != nil {
				return err
			}
			k.mu.Lock()
			k.publish(name, b) // with the record, before it is owed no more
			s.owed = s.owed[1:]
			k.mu.Unlock()
		}
	}
	return nil
}

// store keeps good copies on disk, once all that vanished with them is in the journal:
// after a crash in between, what vanished is found out again. The caller holds pen.
func (k *Keeper) store(name string) {
	for s := range k.all() {
		now := k.now()
		k.mu.Lock()
		due := s.ref.Calendar == name && s.ready && s.good != nil && len(s.owed) == 0
		due = due && (s.unsaved != nil || now.wall.Sub(s.labelled).Abs() >= s.every())
		good, body, l := s.good, s.unsaved, label{}
		if due {
			l = s.label(now)
		}
		k.mu.Unlock()
		if !due {
			continue
		}
		err := k.shelf.put(s.key, body, l)
		k.mu.Lock()
		if err == nil {
			if s.labelled = l.Seen; s.good == good {
				s.unsaved = nil
			}
		}
		k.tellDisk(err)
		k.mu.Unlock()
	}
}

// tellDisk logs why copies cannot be kept, once. The caller holds mu.
func (k *Keeper) tellDisk(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != "" && k.diskError == "" {
		k.settings.Log.Error("the last good copies of calendars cannot be kept on disk: after a restart, one whose source is down is unreadable", "error", err)
	}
	k.diskError = text
}

// sweep clears the folder of what is no longer used.
func (k *Keeper) sweep() {
	used := map[string]bool{}
	for s := range k.all() {
		used[s.key] = true
	}
	k.pen.Lock()
	defer k.pen.Unlock()
	k.shelf.sweep(used, k.now().wall)
}
