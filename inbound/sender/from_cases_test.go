package sender

func fromCases() {
	from := func(value string, code string) func(*sample) {
		return func(k *sample) {
			k.sub("Ada Berg <ada@north.example>", value)
			if code != "" {
				k.refused(code)
			}
		}
	}
	add("from-bare", "an address without a name", from("ada@north.example", ""))
	add("from-quoted-name", "a name with a comma and an at sign", from(`"Berg, Ada @ home" <ada@north.example>`, ""))
	add("from-encoded-name", "an encoded word that decodes to an address", from("=?utf-8?q?eve=40evil=2Eexample?= <ada@north.example>", ""))
	add("from-eight-bit-name", "a name in raw octets", from("Ad\xc3\xa4 B\xe9rg <ada@north.example>", ""))
	add("from-comment", "the old form with the name in a comment", from("ada@north.example (Ada Berg)", ""))
	add("from-folded", "From in two lines", from("Ada Berg\r\n <ada@north.example>", ""))
	add("from-case", "an address has no case", from("Ada <ADA@North.Example>", ""))
	add("from-two", "two addresses", from("ada@north.example, eve@evil.example", "bad_from"))
	add("from-name-address", "another address as the name", from("boss@good.example <ada@north.example>", "bad_from"))
	add("from-group", "a group", from("x: ada@north.example;", "bad_from"))
	add("from-route", "a route", from("<@evil.example:ada@north.example>", "bad_from"))
	add("from-quoted-local", "a quoted local part", from(`"ada"@north.example`, "bad_from"))
	add("from-literal", "an address literal", from("ada@[192.0.2.1]", "bad_from"))
	add("from-empty", "nothing", from("<>", "bad_from"))
	add("from-kelvin", "U+212A folds to a k", from("mi\u212Ae@north.example", "bad_from"))
	add("from-nul", "a NUL in the header", func(k *sample) { k.edit("Ada Berg", "Ada\x00Berg"); k.refused("ambiguous_header") })
	add("from-bare-cr", "a bare carriage return", func(k *sample) { k.edit("Ada Berg", "Ada\rBerg"); k.refused("ambiguous_header") })
}
