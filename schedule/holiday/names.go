package holiday

import (
	"cmp"
	"slices"
	"strings"
)

// countries are the English names of the countries that have codes here.
var countries = map[string]string{
	"AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland",
	"CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "ES": "Spain", "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HR": "Croatia",
	"IE": "Ireland", "IT": "Italy", "JP": "Japan", "LT": "Lithuania", "LV": "Latvia", "MW": "Malawi", "NC": "New Caledonia", "NL": "Netherlands",
	"NO": "Norway", "NZ": "New Zealand", "PL": "Poland", "RO": "Romania", "RU": "Russia", "SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia",
	"UA": "Ukraine", "US": "United States", "ZA": "South Africa",
}

// parts are the names of regions, as their countries call them.
var parts = map[string]string{
	"AU-ACT": "Australian Capital Territory", "AU-NSW": "New South Wales", "AU-NT": "Northern Territory", "AU-QLD": "Queensland",
	"AU-SA": "South Australia", "AU-TAS": "Tasmania", "AU-VIC": "Victoria", "AU-WA": "Western Australia",
	"CH-AG": "Aargau", "CH-AI": "Appenzell Innerrhoden", "CH-AR": "Appenzell Ausserrhoden", "CH-BE": "Bern", "CH-BL": "Basel-Landschaft",
	"CH-BS": "Basel-Stadt", "CH-FR": "Fribourg", "CH-GE": "Genève", "CH-GL": "Glarus", "CH-GR": "Graubünden", "CH-JU": "Jura", "CH-LU": "Luzern",
	"CH-NE": "Neuchâtel", "CH-NW": "Nidwalden", "CH-OW": "Obwalden", "CH-SG": "St. Gallen", "CH-SH": "Schaffhausen", "CH-SO": "Solothurn",
	"CH-SZ": "Schwyz", "CH-TG": "Thurgau", "CH-TI": "Ticino", "CH-UR": "Uri", "CH-VD": "Vaud", "CH-VS": "Valais", "CH-ZG": "Zug", "CH-ZH": "Zürich",
	"DE-BB": "Brandenburg", "DE-BE": "Berlin", "DE-BW": "Baden-Württemberg", "DE-BY": "Bayern", "DE-HB": "Bremen", "DE-HE": "Hessen",
	"DE-HH": "Hamburg", "DE-MV": "Mecklenburg-Vorpommern", "DE-NI": "Niedersachsen", "DE-NW": "Nordrhein-Westfalen", "DE-RP": "Rheinland-Pfalz",
	"DE-SH": "Schleswig-Holstein", "DE-SL": "Saarland", "DE-SN": "Sachsen", "DE-ST": "Sachsen-Anhalt", "DE-TH": "Thüringen",
}

// Name says in words what a code is: "Germany", "Germany, Berlin". One that is not
// known is its own name.
func Name(code string) string {
	code = strings.ToUpper(code)
	country, _, region := strings.Cut(code, "-")
	name, ok := countries[country]
	switch {
	case !ok || region && parts[code] == "":
		return code
	case region:
		return name + ", " + parts[code]
	}
	return name
}

// CodesByName returns every code that Between knows, sorted by its name.
func CodesByName() []string {
	codes := Codes()
	slices.SortFunc(codes, func(a, b string) int { return cmp.Compare(Name(a), Name(b)) })
	return codes
}

// zoneCountries are the countries of time zones that lie in one with a code here; a
// region where the zone is all of one.
var zoneCountries = map[string]string{
	"Europe/Berlin": "DE", "Europe/Vienna": "AT", "Europe/Zurich": "CH", "Europe/Brussels": "BE", "Europe/Sofia": "BG", "Europe/Prague": "CZ",
	"Europe/Copenhagen": "DK", "Europe/Madrid": "ES", "Atlantic/Canary": "ES", "Europe/Paris": "FR", "Europe/London": "GB", "Europe/Athens": "GR",
	"Europe/Zagreb": "HR", "Europe/Dublin": "IE", "Europe/Rome": "IT", "Asia/Tokyo": "JP", "Europe/Vilnius": "LT", "Europe/Riga": "LV",
	"Africa/Blantyre": "MW", "Pacific/Noumea": "NC", "Europe/Amsterdam": "NL", "Europe/Oslo": "NO", "Pacific/Auckland": "NZ", "Europe/Warsaw": "PL",
	"Europe/Bucharest": "RO", "Europe/Moscow": "RU", "Europe/Stockholm": "SE", "Europe/Ljubljana": "SI", "Europe/Bratislava": "SK", "Europe/Kyiv": "UA",
	"America/New_York": "US", "America/Chicago": "US", "America/Denver": "US", "America/Phoenix": "US", "America/Los_Angeles": "US",
	"America/Anchorage": "US", "Pacific/Honolulu": "US", "Africa/Johannesburg": "ZA", "America/Toronto": "CA", "America/Vancouver": "CA",
	"America/Halifax": "CA", "America/Winnipeg": "CA", "America/Edmonton": "CA", "America/Sao_Paulo": "BR", "America/Argentina/Buenos_Aires": "AR",
	"Australia/Sydney": "AU-NSW", "Australia/Melbourne": "AU-VIC", "Australia/Brisbane": "AU-QLD", "Australia/Adelaide": "AU-SA",
	"Australia/Perth": "AU-WA", "Australia/Hobart": "AU-TAS", "Australia/Darwin": "AU-NT",
}

// OfZone guesses the code of where a time zone is, and "" when nothing fits.
func OfZone(zone string) string { return zoneCountries[zone] }

// ZoneOf guesses a time zone of a country by the end of an address in it, like de or
// uk, and "" when the country has none or several.
func ZoneOf(domain string) string {
	country := strings.ToUpper(domain)
	if country == "UK" {
		country = "GB"
	}
	var found string
	for zone, code := range zoneCountries {
		if code != country {
			continue
		}
		if found != "" && zone != "Atlantic/Canary" && found != "Atlantic/Canary" {
			return ""
		}
		if found == "" || found == "Atlantic/Canary" {
			found = zone
		}
	}
	return found
}
