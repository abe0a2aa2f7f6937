use super::*;

#[test]
fn only_lenient_chains_are_rewritten() {
    for (text, expected) in [
        ("a.b.c | default(1)", "a|__chain__('b','c') | default(1)"),
        ("a['x y'].c|d(1)", "a|__chain__('x y','c')|d(1)"),
        (
            "h[i.j].k is not defined",
            "h|__chain__(i.j,'k') is not defined",
        ),
        ("a.0.b is undefined", "a|__chain__(0,'b') is undefined"),
        (
            "x + a.b is defined and a.b == 1",
            "x + a|__chain__('b') is defined and a.b == 1",
        ),
        ("a | default(1)", "a | default(1)"),
        ("a.b == 1 | default(2)", "a.b == 1 | default(2)"),
        ("a.b | upper | default(2)", "a.b | upper | default(2)"),
        ("a.b() | default(2)", "a.b() | default(2)"),
        ("a.b().c | default(2)", "a.b().c | default(2)"),
        ("a[1:] | default(2)", "a[1:] | default(2)"),
        ("'a.b | default(1)'", "'a.b | default(1)'"),
        (
            "x | ansible.builtin.default(y.z | d(1))",
            "x | ansible.builtin.default(y|__chain__('z') | d(1))",
        ),
    ] {
        assert_eq!(
            expression(text, Backslash::Escapes).text,
            expected,
            "{text}"
        );
    }
}

#[test]
fn places_are_those_of_the_original() {
    let text = "a.b | default(1) + nope";
    let rewritten = expression(text, Backslash::Escapes);
    let at = rewritten.text.find("nope").expect("nope");
    let range = rewritten.original(at..at + 4);
    assert_eq!(&text[range], "nope");
    let inside = rewritten.text.find("__chain__").expect("chain");
    assert_eq!(&text[rewritten.original(inside..inside + 3)], ".b");
    assert_eq!(rewritten.original(0..1), 0..1);
}

#[test]
fn remainders_and_comparisons_become_filters() {
    for (text, expected) in [
        ("a % b", "((a )|__rem__(( b)))"),
        ("a * b % c + 1", "((a * b )|__rem__(( c))) + 1"),
        ("'%s' % x | upper", "(('%s' )|__rem__(( x | upper)))"),
        ("a % b % c", "((((a )|__rem__(( b))) )|__rem__(( c)))"),
        ("a < 1 and b", "((a )|__compare__('<',( 1))) and b"),
        (
            "1 <= x.y | int < f(2 % n)",
            "((1 )|__compare__('<=',( x.y | int ),'<',( f(((2 )|__rem__(( n)))))))",
        ),
        ("a == b", "a == b"),
        (
            "a is divisibleby 3 and b > c",
            "a is divisibleby 3 and ((b )|__compare__('>',( c)))",
        ),
        ("'a < b % c'", "'a < b % c'"),
        (
            "(a if b > 1 else c)[0]",
            "(a if ((b )|__compare__('>',( 1))) else c)[0]",
        ),
        ("a %", "a %"),
    ] {
        assert_eq!(
            expression(text, Backslash::Escapes).text,
            expected,
            "{text}"
        );
    }
}

#[test]
fn backslashes_are_themselves_only_between_double_braces() {
    let delimiters = Delimiters::default();
    let rewritten = template(
        r"{{ 'a\d' ~ 'it\'s' ~ '\\' }}{% set x = '\n' %} \n",
        &delimiters,
        Backslash::Itself,
    );
    assert_eq!(
        rewritten.text,
        r"{{ 'a\\d' ~ 'it\'s' ~ '\\\\' }}{% set x = '\n' %} \n"
    );
    assert_eq!(expression(r"'\d'", Backslash::Escapes).text, r"'\d'");
}

#[test]
fn only_a_template_that_changes_what_it_sets_is_touched() {
    let told = |text| template(text, &Delimiters::default(), Backslash::Itself).text;
    assert_eq!(told("{% set a = [] -%}"), "{% set a = [] -%}");
    assert_eq!(
        told("{% set a = [] -%}{% set _ = a.append(1) %}"),
        "{% set a =(( [])|__mutable__) -%}{% set _ =(( a.append(1))|__mutable__) %}"
    );
}
