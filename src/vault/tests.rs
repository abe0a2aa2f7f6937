use super::*;

fn password(text: &str) -> Password {
    Password::new(text.as_bytes()).expect("a secret")
}

fn ring(secrets: &[(&str, &str)]) -> Keyring {
    let secrets = secrets
        .iter()
        .map(|(label, text)| ((*label).to_owned(), password(text)));
    Keyring::new(secrets.collect(), false)
}

/// Written by ansible-vault of ansible-core 2.19, with the secret `two`.
const DEV: &str = "$ANSIBLE_VAULT;1.2;AES256;dev
31363161316334386236323033303966356437643733653739366537373565313537336234373834
6162316163326664613431383465666264646662646233350a356235353336303463386266313463
66353836636631323262323633386163653731373363613430663832326335363235343432643331
6364616639356332350a353237666131366537643334356538623434346565353536356634373932
3164
";

fn opened(ring: &Keyring, text: &str) -> String {
    match ring.open(text.as_bytes()) {
        Ok(opened) => format!(
            "{}: {}",
            opened.label,
            std::str::from_utf8(&opened.bytes).expect("text")
        ),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_ansible_vault_wrote_is_read() {
    assert_eq!(opened(&ring(&[("dev", "two")]), DEV), "dev: secretdev");
    let indented = DEV.replace('\n', "\r\n      ");
    assert_eq!(
        opened(&ring(&[("dev", "two")]), &indented),
        "dev: secretdev"
    );
}

#[test]
fn the_label_decides_what_is_tried_first() {
    let both = ring(&[("default", "one"), ("dev", "two")]);
    assert_eq!(opened(&both, DEV), "dev: secretdev");
    let other = ring(&[("prod", "one"), ("other", "two")]);
    assert_eq!(opened(&other, DEV), "other: secretdev");
    let strict = Keyring::new(vec![("other".into(), password("two"))], true);
    assert_eq!(
        opened(&strict, DEV),
        "no vault secret has the id `dev`; given were `other`"
    );
}

#[test]
fn wrong_secrets_are_named_and_never_shown() {
    let wrong = ring(&[
        ("default", "hunter2"),
        ("dev", "hunter3"),
        ("dev", "hunter4"),
    ]);
    let message = opened(&wrong, DEV);
    assert_eq!(
        message,
        "no vault secret given decrypts this; tried were `dev`, `default`"
    );
    assert_eq!(
        format!("{wrong:?}"),
        r#"Keyring(["default", "dev", "dev"])"#
    );
    assert_eq!(opened(&ring(&[]), DEV), "no vault secret was given");
}

#[test]
fn any_length_survives_the_way_there_and_back() {
    let ring = ring(&[("default", "pässword")]);
    let secret = password("pässword");
    for length in [0, 1, 15, 16, 17, 1000] {
        let plain = vec![b'\xff'; length];
        let sealed = seal(&plain, &secret, None).expect("a salt");
        assert!(
            sealed.starts_with("$ANSIBLE_VAULT;1.1;AES256\n"),
            "{sealed}"
        );
        assert!(sealed.lines().all(|line| line.len() <= 80));
        assert_eq!(*ring.open(sealed.as_bytes()).expect("opened").bytes, plain);
    }
}

#[test]
fn salts_differ_and_a_given_one_is_taken() {
    let secret = password("k");
    assert_ne!(
        seal(b"x", &secret, None).unwrap(),
        seal(b"x", &secret, None).unwrap()
    );
    // What the filter `vault` of ansible-core makes of the same.
    assert_eq!(
        seal_with_salt(
            b"abc",
            &secret,
            Some("filter_default"),
            b"abcdabcdabcdabcdabcdabcdabcdabcd"
        ),
        "$ANSIBLE_VAULT;1.2;AES256;filter_default\n\
         36313632363336343631363236333634363136323633363436313632363336343631363236333634\n\
         3631363236333634363136323633363436313632363336340a323532313036646438356466646563\n\
         31396633303135333933623630383535333237356334363834326664363636613966326266333965\n\
         3166616633303835380a393161656334366238653564613338666438393366613434333065336234\n\
         3865\n"
    );
}

#[test]
fn damage_is_told_by_what_is_wrong() {
    let ring = ring(&[("dev", "two")]);
    let flipped = DEV.replace("3165\n", "3166\n").replace("3164\n", "3165\n");
    for (text, message) in [
        (
            "x",
            "the vault data is damaged: its first line does not begin with $ANSIBLE_VAULT;",
        ),
        (
            "$ANSIBLE_VAULT;1.1",
            "the vault data is damaged: its first line names no cipher",
        ),
        (
            "$ANSIBLE_VAULT;1.0;AES\n3132",
            "this vault format cannot be read: it is of format 1.0 (AES), whose keys are too weak to be used",
        ),
        (
            "$ANSIBLE_VAULT;2.0;AES256\n3132",
            "this vault format cannot be read: it is of format `2.0`, only 1.1 and 1.2 are read",
        ),
        (
            "$ANSIBLE_VAULT;1.1;ROT13\n3132",
            "this vault format cannot be read: its cipher is `ROT13`, only AES256 is read",
        ),
        (
            "$ANSIBLE_VAULT;1.1;AES256\n",
            "the vault data is damaged: it ends before the authentication code",
        ),
        (
            "$ANSIBLE_VAULT;1.1;AES256\n3132\n31g2\n",
            "the vault data is damaged: line 3 holds `g`, which is no hexadecimal digit",
        ),
        (
            "$ANSIBLE_VAULT;1.1;AES256\n313\n",
            "the vault data is damaged: the body lacks a digit",
        ),
        (
            &DEV[..300],
            "the vault data is damaged: the body lacks a digit",
        ),
        (
            &flipped,
            "no vault secret given decrypts this; tried were `dev`",
        ),
    ] {
        assert_eq!(opened(&ring, text), message, "{text}");
    }
}

#[test]
fn secrets_are_hidden_in_what_is_shown() {
    remember("s3cret-value", "$ANSIBLE_VAULT;…");
    remember(
        "-----BEGIN-----\nabcdefghijkl\n-----END-----\n",
        "$ANSIBLE_VAULT;…",
    );
    assert_eq!(redacted("password=s3cret-value;"), "password=********;");
    assert_eq!(redacted("+abcdefghijkl"), "+********");
    assert_eq!(redacted("nothing of that kind"), "nothing of that kind");
    assert!(is_secret("s3cret-value") && !is_secret("s3cret-valu"));
    let mut json = serde_json::json!({"a": ["s3cret-value", 1], "b": {"c": "x s3cret-value"}});
    redacted_json(&mut json);
    assert_eq!(
        json,
        serde_json::json!({"a": ["********", 1], "b": {"c": "x ********"}})
    );
    let mut keyed = serde_json::json!({"s3cret-value": 1, "b": 2});
    redacted_json(&mut keyed);
    assert_eq!(keyed, serde_json::json!({"********": 1, "b": 2}));
}

#[test]
fn nothing_is_left_of_a_secret_that_holds_another_one() {
    for length in 5..25 {
        remember(&"overlapping-secrets-rest"[..length], "$ANSIBLE_VAULT;…");
    }
    assert_eq!(redacted("<overlapping-secrets-rest>"), "<********>");
}

#[test]
fn identities_are_a_label_and_a_source() {
    let parsed = |text: &str| {
        let identity = Identity::parse(text, "default");
        (identity.label, identity.source)
    };
    assert_eq!(parsed("dev@prompt"), ("dev".into(), Source::Prompt));
    assert_eq!(parsed("prompt"), ("default".into(), Source::Prompt));
    assert_eq!(parsed("@f"), ("default".into(), Source::File("f".into())));
    assert_eq!(parsed("a@b@c"), ("a".into(), Source::File("b@c".into())));
}
