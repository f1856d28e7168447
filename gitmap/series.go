package gitmap

import (
	"bytes"
	"errors"
	"fmt"

	"debgit/dsc"
)

const (
	seriesName       = "debian/patches/series"
	vendorSeriesName = "debian/patches/debian.series"
)

// readSeries reads the series. dgit refuses one that is for Debian only, because the
// package unpacks differently on other distros.
func (q *quilt) readSeries() error {
	dir, _, err := q.im.throughLinks(q.base, "debian/patches")
	if err == nil && dir != nil && !dir.isDir() {
		q.im.own("debian/patches is not a directory")
	}
	most := bound{"bytes of series", q.im.limits.Series}
	data, err := q.im.readThroughLinks(q.base, seriesName, most)
	q.name = seriesName
	switch {
	case errors.Is(err, errNotRegular): // of which only dpkg-source takes no notice
		q.series = &dsc.Series{StrictErr: err, LaunderedErr: err}
	case err != nil && !isMissing(err):
		return err
	default:
		if q.series, err = dsc.ParseSeries(data); err != nil {
			return fmt.Errorf("%s: %w", seriesName, err)
		}
	}
	vendor, err := q.im.readThroughLinks(q.base, vendorSeriesName, most)
	switch {
	case isMissing(err):
		return nil
	case err != nil && !errors.Is(err, errNotRegular):
		return err
	case err == nil && !isActive(vendor):
		q.noSeries = fmt.Errorf("%s is there, and names no patch", vendorSeriesName)
		q.series.Dpkg, q.series.DpkgErr = nil, nil
		return nil
	}
	q.im.own("%s is there: what the package unpacks to depends on the distro that unpacks it", vendorSeriesName)
	q.name = vendorSeriesName
	if q.series, err = dsc.ParseSeries(vendor); err != nil {
		return fmt.Errorf("%s: %w", vendorSeriesName, err)
	}
	return nil
}

// isActive says whether dgit takes a vendor's series for one that does something:
// for it, only a comment after white space is a comment.
func isActive(series []byte) bool {
	for line := range bytes.Lines(series) {
		trimmed := bytes.TrimLeft(line, " \t\r\n\f\v")
		if len(trimmed) > 0 && (len(trimmed) == len(line) || trimmed[0] != '#') {
			return true
		}
	}
	return false
}
