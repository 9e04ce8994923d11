package main

import (
	"fmt"
	"net"
	"strings"

	"github.com/labstack/echo/v4"
)

// behind returns how to find out from where a request came when proxies stand in
// front: the last address in X-Forwarded-For that is none of theirs. Without
// proxies it is nil, and the header, which anybody can send, means nothing.
func behind(proxies []string) (echo.IPExtractor, error) {
	if len(proxies) == 0 {
		return nil, nil
	}
	networks, err := networksOf(proxies)
	if err != nil {
		return nil, err
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, network := range networks {
		trust = append(trust, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(trust...), nil
}

// networksOf reads addresses and networks of proxies.
func networksOf(proxies []string) (all []*net.IPNet, err error) {
	for _, text := range proxies {
		text = strings.TrimSpace(text)
		if ip := net.ParseIP(text); ip != nil {
			text += map[bool]string{true: "/32", false: "/128"}[ip.To4() != nil]
		}
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("--proxies: %q is no address and no network, like 10.0.0.0/8", text)
		}
		all = append(all, network)
	}
	return all, nil
}
