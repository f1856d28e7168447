package archive

import (
	"context"
	"net/netip"
	"strings"
	"syscall"
)

// A reach is how close to this machine an address is.
type reach int32

const (
	reachPublic  reach = iota
	reachPrivate       // of a private network
	reachSelf          // this machine, or a neighbour on the same link
)

func (r reach) String() string {
	return [...]string{"public host", "host of a private network", "host of this machine"}[r]
}

func reachOf(addr netip.Addr) reach {
	addr = addr.Unmap()
	switch {
	case addr.IsLoopback(), addr.IsUnspecified(), addr.IsLinkLocalUnicast(), addr.IsMulticast():
		return reachSelf
	case addr.IsPrivate():
		return reachPrivate
	}
	return reachPublic
}

// reachOfName is for what can be told without asking a name server, which is
// all that there is if a proxy makes the connection.
func reachOfName(host string) reach {
	if addr, err := netip.ParseAddr(host); err == nil {
		return reachOf(addr)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return reachSelf
	}
	return reachPublic
}

// checkDial refuses a connection that is closer than the [hop] allows. It sees
// the address that is really dialled, so a name server cannot trick it.
func checkDial(ctx context.Context, network, address string, _ syscall.RawConn) error {
	way, ok := ctx.Value(hopKey{}).(hop)
	if !ok {
		return nil
	}
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return &refusal{err}
	}
	if reachOf(addr.Addr()) > way.limit {
		return &refusal{errCloser}
	}
	return nil
}
