package ui

import "strings"

// browserName says which browser and system a request's user agent is of, as people
// call them. They all claim to be each other, so that the order counts.
func browserName(agent string) string {
	find := func(all [][2]string, other string) string {
		for _, one := range all {
			if strings.Contains(agent, one[0]) {
				return one[1]
			}
		}
		return other
	}
	browser := find([][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"},
		{"CriOS", "Chrome"}, {"Chromium", "Chromium"}, {"Chrome", "Chrome"}, {"Safari", "Safari"},
	}, "")
	system := find([][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
	}, "")
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	case agent == "":
		return "An unknown browser"
	}
	if r := []rune(agent); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return agent
}
