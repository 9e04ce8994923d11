package health

import (
	"fmt"
	"strings"

	"watchbill/schedule"
)

// currencies are the codes of ISO 4217 that people are paid in, by how many places their
// minor unit has.
var currencies = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW",
	3: "BHD IQD JOD KWD LYD OMR TND",
}

// places returns how many places a currency's minor unit has; false when there is no such
// currency.
func places(currency string) (int, bool) {
	for n, codes := range currencies {
		if len(currency) == 3 && !strings.Contains(currency, " ") && strings.Contains(codes, currency) {
			return n, true
		}
	}
	return 2, false
}

// KnownCurrency says whether there is a currency of that code.
func KnownCurrency(currency string) bool {
	_, known := places(currency)
	return known
}

// Decimal writes an amount in whole units of its currency, like 1234.50.
func Decimal(minor int64, currency string) string {
	n, _ := places(currency)
	if minor < 0 {
		return "-" + Decimal(-minor, currency)
	}
	if n == 0 {
		return fmt.Sprint(minor)
	}
	text := fmt.Sprintf("%0*d", n+1, minor)
	return text[:len(text)-n] + "." + text[len(text)-n:]
}

// Money writes an amount for people, like "1,234.50 EUR".
func Money(minor int64, currency string) string {
	if minor < 0 {
		return "−" + Money(-minor, currency)
	}
	whole, rest, _ := strings.Cut(Decimal(minor, currency), ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return whole + rest + " " + currency
}

// ParseMoney reads an amount in whole units of a currency, like 7.50 or 7,50. More places
// than the currency has are an *schedule.InvalidError without a field.
func ParseMoney(text, currency string) (int64, error) {
	n, _ := places(currency)
	whole, rest, _ := strings.Cut(strings.Replace(strings.TrimSpace(text), ",", ".", 1), ".")
	minor := int64(0)
	digits := whole + rest + strings.Repeat("0", max(0, n-len(rest)))
	ok := whole != "" && len(rest) <= n && len(digits) <= 15
	for _, r := range digits {
		ok = ok && '0' <= r && r <= '9'
		minor = 10*minor + int64(r-'0')
	}
	switch {
	case ok:
		return minor, nil
	case n == 0:
		return 0, &schedule.InvalidError{Reason: fmt.Sprintf("%q is no amount; write whole %s, like 750", text, currency)}
	}
	return 0, &schedule.InvalidError{Reason: fmt.Sprintf("%q is no amount; write it like 7.%0*d", text, n, 5)}
}
