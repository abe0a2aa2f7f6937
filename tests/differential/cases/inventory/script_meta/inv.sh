#!/bin/sh
test "$1" = --list || exit 3
cat <<'J'
{"g": {"hosts": ["h1", "h2"], "vars": {"a": 1}, "children": ["k"]}, "k": ["h3"], "_meta": {"hostvars": {"h1": {"x": [1, null, 1.5]}, "h3": {"y": "{{ z }}"}}}}
J
