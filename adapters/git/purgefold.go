package git

import "strings"

// composed are the Latin letters that Unicode can also write as a letter and a mark: by mark, the
// plain letters and, in the same order, those that have the mark.
var composed = []struct {
	mark          rune
	plain, marked string
}{
	{'\u0300', "AEIOUaeiouWwYy", "ÀÈÌÒÙàèìòùẀẁỲỳ"},
	{'\u0301', "AEIOUYaeiouyCcLlNnRrSsZzKkMmPpWw", "ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹźḰḱḾḿṔṕẂẃ"},
	{'\u0302', "AEIOUaeiouCcGgHhJjSsWwYyZz", "ÂÊÎÔÛâêîôûĈĉĜĝĤĥĴĵŜŝŴŵŶŷẐẑ"},
	{'\u0303', "ANOanoIiUuVvEeYy", "ÃÑÕãñõĨĩŨũṼṽẼẽỸỹ"},
	{'\u0304', "AaEeIiOoUuGg", "ĀāĒēĪīŌōŪūḠḡ"},
	{'\u0306', "AaEeGgIiOoUu", "ĂăĔĕĞğĬĭŎŏŬŭ"},
	{'\u0307', "CcEeGgIZzBbDdFfHhMmNnPpRrSsTtWwXxYy", "ĊċĖėĠġİŻżḂḃḊḋḞḟḢḣṀṁṄṅṖṗṘṙṠṡṪṫẆẇẊẋẎẏ"},
	{'\u0308', "AEIOUaeiouyYHhWwXxt", "ÄËÏÖÜäëïöüÿŸḦḧẄẅẌẍẗ"},
	{'\u0309', "AaEeIiOoUuYy", "ẢảẺẻỈỉỎỏỦủỶỷ"},
	{'\u030a', "AaUuwy", "ÅåŮůẘẙ"},
	{'\u030b', "OoUu", "ŐőŰű"},
	{'\u030c', "CcDdEeLlNnRrSsTtZz", "ČčĎďĚěĽľŇňŘřŠšŤťŽž"},
	{'\u0323', "BbDdHhKkLlMmNnRrSsTtVvWwZzAaEeIiOoUuYy", "ḄḅḌḍḤḥḲḳḶḷṂṃṆṇṚṛṢṣṬṭṾṿẈẉẒẓẠạẸẹỊịỌọỤụỴỵ"},
	{'\u0324', "Uu", "Ṳṳ"},
	{'\u0325', "Aa", "Ḁḁ"},
	{'\u0327', "CcGgKkLlNnRrSsTtDdHh", "ÇçĢģĶķĻļŅņŖŗŞşŢţḐḑḨḩ"},
	{'\u0328', "AaEeIiUu", "ĄąĘęĮįŲų"},
	{'\u032d', "DdEeLlNnTtUu", "ḒḓḘḙḼḽṊṋṰṱṶṷ"},
	{'\u032e', "Hh", "Ḫḫ"},
	{'\u0330', "EeIiUu", "ḚḛḬḭṴṵ"},
	{'\u0331', "BbDdKkLlNnRrTtZzh", "ḆḇḎḏḴḵḺḻṈṉṞṟṮṯẔẕẖ"},
}

// foldRef is a ref's name as file systems take it that pass over case, or over how Unicode writes
// a letter with a mark. Letters with two marks and scripts other than Latin are not known here.
func foldRef(name string) string {
	var b strings.Builder
	for _, c := range name {
		b.WriteString(decompose(c))
	}
	return strings.ToLower(b.String())
}

func decompose(c rune) string {
	if c < 0xc0 {
		return string(c)
	}
	for _, set := range composed {
		plain := []rune(set.plain)
		for i, marked := range []rune(set.marked) {
			if marked == c {
				return string(plain[i]) + string(set.mark)
			}
		}
	}
	return string(c)
}
