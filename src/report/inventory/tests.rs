use super::item::Item;
use super::python;

#[test]
fn numbers_are_shown_as_python_shows_them() {
    for (number, shown) in [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1e20, "1e+20"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (1.5e-7, "1.5e-07"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (0.1, "0.1"),
    ] {
        assert_eq!(python::float(number), shown);
    }
}

#[test]
fn texts_are_quoted_within_others_only() {
    let text = |text: &str| Item::Text(text.to_owned());
    assert_eq!(python::str(&text("it's")), "it's");
    let list = Item::List(vec![
        text("it's"),
        text("q\""),
        text("a'\"\n\u{7}\\"),
        Item::Null,
    ]);
    assert_eq!(
        python::str(&list),
        r#"["it's", 'q"', 'a\'"\n\x07\\', None]"#
    );
}
