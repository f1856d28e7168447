package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A progress shows how far a long function is: on a terminal as one line that is
// redrawn at most ten times a second, else as a line for each phase.
type progress struct {
	w       io.Writer
	program string     // starts each line
	columns func() int // nil: no terminal, a line for each phase
	now     func() time.Time

	mu    sync.Mutex
	seen  map[string]bool
	phase phase
	dirty bool          // phase has changed since it was drawn
	drawn bool          // a line is on the terminal
	quit  chan struct{} // closed to end the drawing; nil before the first report
	ended chan struct{} // closed when the drawing has ended
}

// A phase is what the last report said, and how it began.
type phase struct {
	name        string
	done, total int64
	began       time.Time
	from        int64 // done when it began: what an earlier run had left
}

// progress returns what a command reports to; nothing is shown if the user
// wants it quiet. It must be closed before anything else is printed.
func (env *environment) progress() *progress {
	p := &progress{w: env.stderr, program: env.program, now: env.now, seen: map[string]bool{}}
	switch {
	case env.options.quiet:
		p.w = nil
	case env.options.debug > 0: // whose lines would stand in the middle of a drawing
	case env.isTerminal(env.stderr) && env.getenv("TERM") != "dumb":
		p.columns = func() int { return env.columns(env.stderr) }
	}
	return p
}

// report is given to the long functions. It may be called from several
// goroutines at once.
func (p *progress) report(name string, done, total int64) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if name != p.phase.name {
		p.phase = phase{name: name, began: p.now(), from: done}
	}
	p.phase.done, p.phase.total = done, total
	if p.columns == nil {
		if !p.seen[name] {
			p.seen[name] = true
			fmt.Fprintln(p.w, p.program+": "+p.phase.heading())
		}
		return
	}
	p.dirty = true
	if p.quit == nil {
		p.quit, p.ended = make(chan struct{}), make(chan struct{})
		go p.redraw(p.quit, p.ended)
	}
}

// redraw draws until quit is closed.
func (p *progress) redraw(quit, ended chan struct{}) {
	defer close(ended)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			return
		case <-tick.C:
			p.draw()
		}
	}
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty {
		return
	}
	p.dirty, p.drawn = false, true
	fmt.Fprint(p.w, "\r"+p.phase.line(p.now(), p.columns()-1)+"\x1b[K")
}

// close ends the drawing and clears the line. It may be called twice.
func (p *progress) close() {
	if p.quit == nil {
		return
	}
	close(p.quit)
	<-p.ended
	p.quit = nil
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// counted are the phases that report a number of things, not of bytes: one of them, and many.
var counted = map[string][2]string{
	"apply patches":   {"patch", "patches"},
	"ask the archive": {"suite", "suites"},
	"check patches":   {"patch", "patches"},
	"check out":       {"file", "files"},
	"import uploads":  {"upload", "uploads"},
	"make patches":    {"patch", "patches"},
}

// heading is a phase in a log: its name and, if it is known, its size.
func (ph phase) heading() string {
	if ph.total <= 0 {
		return ph.name
	}
	return ph.name + ", " + ph.amount(ph.total)
}

func (ph phase) amount(n int64) string {
	if nouns, ok := counted[ph.name]; ok {
		return count(int(n), nouns[0], nouns[1])
	}
	return humanBytes(n)
}

// line is a phase as it stands now, in at most width columns: what does not fit
// is left out, the last first.
func (ph phase) line(now time.Time, width int) string {
	parts := []string{ph.name}
	if _, ok := counted[ph.name]; ok && ph.total > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s", ph.done, ph.amount(ph.total)))
	} else if ph.total > 0 {
		parts = append(parts, humanBytes(ph.done)+" of "+humanBytes(ph.total))
	} else if ph.done > 0 {
		parts = append(parts, ph.amount(ph.done))
	}
	if took := now.Sub(ph.began); took >= time.Second && ph.done > ph.from {
		perSecond := float64(ph.done-ph.from) / took.Seconds()
		if _, ok := counted[ph.name]; !ok {
			parts = append(parts, humanBytes(int64(perSecond))+"/s")
		}
		if left := ph.total - ph.done; left > 0 {
			parts = append(parts, humanDuration(time.Duration(float64(left)/perSecond*float64(time.Second)))+" left")
		}
	}
	for len(parts) > 1 && utf8.RuneCountInString(strings.Join(parts, ", ")) > width {
		parts = parts[:len(parts)-1]
	}
	line := []rune(strings.Join(parts, ", "))
	return string(line[:max(0, min(len(line), width))])
}

// humanBytes is a number of bytes with a decimal unit and about three digits.
func humanBytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value := float64(n)
	unit := 0
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	if value < 9.95 {
		return fmt.Sprintf("%.1f %s", value, units[unit])
	}
	return fmt.Sprintf("%.0f %s", value, units[unit])
}

// humanDuration is a duration in its two largest units.
func humanDuration(d time.Duration) string {
	seconds := int64(d.Round(time.Second) / time.Second)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
	default:
		return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
	}
}
