"""The theme's style sheet without what no page uses."""

from livingreview.book.slim_css import slim_css


def test_a_style_sheet_keeps_what_pages_use():
    sheet = (
        'a{x:1}.b,.c:not(.d),.b .e{y:"}{"}@media print{.z{q:1}.b{r:url(data:a;b)}}'
        "@keyframes k{from{a:1}to{b:2}}@media screen{.z{q:1}}"
    )
    assert (
        slim_css(sheet, {"b", "c"})
        == 'a{x:1}.b,.c:not(.d){y:"}{"}@media print{.b{r:url(data:a;b)}}@keyframes k{from{a:1}to{b:2}}'
    )
