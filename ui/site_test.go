package ui

import (
	"strings"
	"testing"
)

func TestAddPeople(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Ana Torres <ana@example.com>\r\nben.weber@example.fr", "Ana Torres <ana@example.com> Europe/Berlin; Ben Weber <ben.weber@example.fr> Europe/Paris"},
		{"ana@example.com, ben@example.com; cleo@example.com", "Ana <ana@example.com> Europe/Berlin; Ben <ben@example.com> Europe/Berlin; Cleo <cleo@example.com> Europe/Berlin"},
		{"\"O'Neil, Pat\" <pat@example.com>", "O'Neil Pat <pat@example.com> Europe/Berlin"},
		{"\"O'Neil, Pat\" <pat@example.com>, \"Weber; Ben\" <ben@example.com>", "O'Neil Pat <pat@example.com> Europe/Berlin; Weber Ben <ben@example.com> Europe/Berlin"},
		{"\"Ana <ana@example.com>, ben@example.com", "Ana <ana@example.com> Europe/Berlin; Ben <ben@example.com> Europe/Berlin"},
		{"Cleo, cleo@example.com, Asia/Tokyo\n\n ,;\nCleo", "Cleo <cleo@example.com> Asia/Tokyo"},
		{"ana@example.com\nANA@example.com", "Ana <ana@example.com> Europe/Berlin"},
	} {
		s := setupState{Zone: "Europe/Berlin"}
		err := s.addPeople(test.text)
		var got []string
		for _, p := range s.People {
			got = append(got, p.Name+" <"+p.Email+"> "+p.Zone)
		}
		if joined := strings.Join(got, "; "); err != nil || joined != test.want {
			t.Errorf("of %q: %s, %v; want %s", test.text, joined, err, test.want)
		}
	}
}
