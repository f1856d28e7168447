package archive

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// An aptValidity is what the configuration of APT says of how long Release files may
// be used, beside what they say themselves. It is comparable. Its zero value says nothing.
//
// The options are Acquire::Min-ValidTime, Max-ValidTime and Max-FutureTime of
// apt.conf(5), which may be set for one Label of Release files, and, before them, those
// of an entry, sources.list(5). They count seconds; 0 is as good as none.
type aptValidity struct {
	config  *aptConfig
	options validityOptions
}

// validityOptions are the options of an entry, as written; "" if not set.
type validityOptions struct {
	min    string // Valid-Until-Min
	max    string // Valid-Until-Max
	future string // Date-Max-Future
}

// validUntil returns until when r may be used; the zero time if there is no end. Min
// moves the end that a Release file names; Max, which counts more, also sets one.
func (v aptValidity) validUntil(r *release) (end time.Time, err error) {
	least, err := v.duration(v.options.min, "Min-ValidTime", r.label)
	if err != nil {
		return end, err
	}
	most, err := v.duration(v.options.max, "Max-ValidTime", r.label)
	if err != nil {
		return end, err
	}
	end = r.validUntil
	if t := r.date.Add(least); least > 0 && !end.IsZero() && t.After(end) {
		end = t
	}
	if t := r.date.Add(most); most > 0 && (end.IsZero() || t.Before(end)) {
		end = t
	}
	return end, nil
}

// ahead returns how far in the future the Date of r may be: by default an hour, where
// APT has 10 seconds, because clocks differ.
func (v aptValidity) ahead(r *release) (time.Duration, error) {
	d, err := v.duration(v.options.future, "Max-FutureTime", r.label)
	if d == 0 {
		d = maxClockSkew
	}
	return d, err
}

// duration returns what the option of an entry, or else that of apt.conf(5), says.
func (v aptValidity) duration(value, option, label string) (time.Duration, error) {
	if d, err := seconds(value); err != nil || d != 0 || v.config == nil {
		return d, err
	}
	option = "Acquire::" + option
	if value = v.config.value(option + "::" + label); label == "" || value == "" {
		value = v.config.value(option)
	}
	d, err := seconds(value)
	if err != nil {
		err = fmt.Errorf("%s: %w", option, err)
	}
	return d, err
}

// seconds reads a number of seconds; "" is 0.
func seconds(value string) (time.Duration, error) {
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of seconds", value)
	}
	return time.Duration(min(n, math.MaxInt64/uint64(time.Second))) * time.Second, nil
}
