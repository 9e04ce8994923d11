package fetch

import "net/netip"

// reserved are the addresses that mean something inside somebody's network, or
// nothing at all, beyond what net/netip knows by name.
var reserved = prefixes(
	"0.0.0.0/8",                                         // this network
	"100.64.0.0/10",                                     // behind a provider's NAT, and some clouds' metadata
	"168.63.129.16/32",                                  // a cloud's own services, at an address that looks public
	"192.0.0.0/24",                                      // protocol assignments, and a cloud's metadata
	"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation
	"192.88.99.0/24",             // relays from 6to4
	"198.18.0.0/15",              // benchmarks
	"240.0.0.0/4",                // future use, and broadcast
	"2001::/23",                  // protocol assignments, tunnels among them
	"2001:db8::/32", "3fff::/20", // documentation
	"2002::/16", // tunnels that name an IPv4 address
)

// global is where public IPv6 addresses are, and nat64 where IPv4 ones are behind a
// translator: in the last 32 bits.
var (
	global = netip.MustParsePrefix("2000::/3")
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// Public reports whether an address is one of the public internet, whichever way it
// is written: not private, loopback, link-local, multicast or reserved, nor a
// translation of an IPv4 address that is.
func Public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() && nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
