//! Filters.

use super::check;

#[test]
fn as_jinja2_renders_them() {
    check(&[
        ("{{ -3 | abs }} {{ -3.5 | abs }} {{ true | abs }}", "3 3.5 1"),
        (
            "{{ users | map(attribute='name') | join(',') }} {{ users | map(attribute='zip', default='-') | list }} {{ ['a'] | map('upper') | list }} {{ [1.5] | map('int') | list }} {{ ['a-b'] | map('replace', '-', '_') | list }}",
            "Zoe,adam,Bob ['-', '-', '-'] ['A'] [1] ['a_b']",
        ),
        ("{{ users | attr('name') }}| {{ d | attr('a') }}|", "| |"),
        (
            "{{ [1, 2, 3, 4, 5] | batch(2) | list }} {{ [1, 2, 3] | batch(2, 0) | list }}",
            "[[1, 2], [3, 4], [5]] [[1, 2], [3, 0]]",
        ),
        (
            "{{ 'hello wORLD' | capitalize }} {{ 'hello wORLD-foo (bar' | title }} {{ \"it's o'neil\" | title }} {{ 'ABC' | lower }} {{ 'abc' | upper }} {{ 5 | upper }} {{ none | upper }}",
            "Hello world Hello World-Foo (Bar It's O'neil abc ABC 5 NONE",
        ),
        (
            "[{{ 'abc' | center(9) }}] [{{ 'abcd' | center(9) }}] [{{ 'ab' | center(5) }}] [{{ 'abc' | center(2) }}]",
            "[   abc   ] [   abcd  ] [  ab ] [abc]",
        ),
        (
            "{{ nope | default('x') }} {{ '' | default('x') }}| {{ '' | default('x', true) }} {{ none | d('x') }} {{ none | d('x', boolean=true) }} {{ 0 | default(1, true) }} {{ nope | default }}|",
            "x | x None x 1 |",
        ),
        (
            "{{ {'B': 1, 'a': 2} | dictsort }} {{ {'B': 1, 'a': 2} | dictsort(true) }} {{ {'B': 1, 'a': 2} | dictsort(false, 'value') }} {{ {'B': 1, 'a': 2} | dictsort(reverse=true) }} {{ {'B': 1, 'a': 2} | dictsort(by='value', reverse=true) }}",
            "[('a', 2), ('B', 1)] [('B', 1), ('a', 2)] [('B', 1), ('a', 2)] [('B', 1), ('a', 2)] [('a', 2), ('B', 1)]",
        ),
        (
            "{{ '<a & \"b\">' | escape }} {{ \"'\" | e }} {{ '<b>' | safe }} {{ '<' | forceescape }}",
            "&lt;a &amp; &#34;b&#34;&gt; &#39; <b> &lt;",
        ),
        (
            "{{ 100 | filesizeformat }} {{ 1 | filesizeformat }} {{ 1500 | filesizeformat }} {{ 1500000 | filesizeformat }} {{ 1500000 | filesizeformat(true) }} {{ 1e12 | filesizeformat }}",
            "100 Bytes 1 Byte 1.5 kB 1.5 MB 1.4 MiB 1.0 TB",
        ),
        (
            "{{ l | first }} {{ l | last }} {{ [] | first }}| {{ 'abc' | first }} {{ 'abc' | last }} {{ d | first }} {{ range(4) | last }}",
            "3 2 | a c b 3",
        ),
        (
            "{{ '1.5' | float }} {{ 'x' | float }} {{ 'x' | float(2.5) }} {{ 3 | float }} {{ none | float }} {{ ' 1e3 ' | float }} {{ '1_000.5' | float }} {{ 'inf' | float }} {{ 'nan' | float }}",
            "1.5 0.0 2.5 3.0 0.0 1000.0 1000.5 inf nan",
        ),
        (
            "{{ '42' | int }} {{ '42.7' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ -3.9 | int }} {{ '0x1F' | int(0, 16) }} {{ '1F' | int(base=16) }} {{ ' 12 ' | int }} {{ none | int }} {{ true | int }} {{ '1_000' | int }} {{ '-5' | int }} {{ '' | int }} {{ [] | int }} {{ '1e3' | int }}",
            "42 42 0 7 3 -3 31 31 12 0 1 1000 -5 0 0 1000",
        ),
        (
            "{{ '%s-%s' | format(1, 'a') }} {{ '%(a)s' | format(a=1) }} {{ '%s' | format([1]) }} {{ '%.2f' | format(1.005) }}",
            "1-a 1 [1] 1.00",
        ),
        (
            "{{ users | groupby('city') | list }}",
            "[('ca', [{'name': 'Zoe', 'age': 3, 'city': 'ca'}, {'name': 'Bob', 'age': 4, 'city': 'CA'}]), ('NY', [{'name': 'adam', 'age': 30, 'city': 'NY'}])]",
        ),
        (
            "{% for city, items in users | groupby('city') %}{{ city }}:{{ items | map(attribute='name') | join('+') }};{% endfor %}",
            "ca:Zoe+Bob;NY:adam;",
        ),
        (
            "{% for g in users | groupby('city', case_sensitive=true) %}{{ g.grouper }}={{ g.list | length }};{% endfor %}",
            "CA=1;NY=1;ca=1;",
        ),
        (
            "{{ 'a\\nb\\n\\nc' | indent }}| {{ 'a\\nb' | indent(2, true) }} {{ 'a\\n\\nb' | indent(2, blank=true) }} {{ 'a\\nb' | indent('> ') }} {{ 'a\\r\\nb\\n' | indent(1) }}|",
            "a\n    b\n\n    c|   a\n  b a\n  \n  b a\n> b a\n b\n|",
        ),
        (
            "{{ [1, 'a', none] | join('-') }} {{ users | join(',', attribute='name') }} {{ 'abc' | join('.') }} {{ d | join }} {{ [] | join(',') }}|",
            "1-a-None Zoe,adam,Bob a.b.c ba |",
        ),
        (
            "{{ 'abc' | length }} {{ d | count }} {{ (1, 2) | length }} {{ '' | length }} {{ 5 | length }}",
            "!object of type 'int' has no len()",
        ),
        (
            "{{ 'abc' | list }} {{ d | list }} {{ (1, 2) | list }} {{ d.items() | list }} {{ range(2) | list }}",
            "['a', 'b', 'c'] ['b', 'a'] [1, 2] [('b', 2), ('a', [1, 2])] [0, 1]",
        ),
        ("{{ d | items | list }} {{ nope | items | list }}", "[('b', 2), ('a', [1, 2])] []"),
        (
            "{{ l | max }} {{ l | min }} {{ ['b', 'A'] | min }} {{ ['b', 'A'] | min(case_sensitive=true) }} {{ users | max(attribute='age') }} {{ [] | max }}|",
            "3 1 A A {'name': 'adam', 'age': 30, 'city': 'NY'} |",
        ),
        (
            "{{ [1, 2, 3, 4] | reject('odd') | list }} {{ [0, 1, ''] | select | list }} {{ [1, 2] | select('gt', 1) | list }} {{ [1, none] | reject('none') | list }} {{ ['a', 'b'] | select('in', ['a']) | list }} {{ ['a', 'b'] | reject('equalto', 'a') | list }} {{ [1, 2, 3] | select('divisibleby', 2) | list }}",
            "[2, 4] [1] [2] [1] ['a'] ['b'] [2]",
        ),
        (
            "{{ users | selectattr('age', 'gt', 3) | map(attribute='name') | list }} {{ users | rejectattr('name', 'equalto', 'Bob') | map(attribute='name') | join }} {{ users | selectattr('zip') | list }} {{ users | selectattr('name', 'defined') | list | length }}",
            "['adam', 'Bob'] Zoeadam [] 3",
        ),
        (
            "{{ 'aaa' | replace('a', 'b', 2) }} {{ 'abc' | replace('', '-') }} {{ 5 | replace(5, 6) }} {{ 'a.b' | replace('.', '') }}",
            "bba -a-b-c- 6 ab",
        ),
        ("{{ l | reverse | list }} {{ 'abc' | reverse }} {{ d | reverse | list }}", "[2, 1, 3] cba ['a', 'b']"),
        (
            "{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 42.55 | round(1, 'floor') }} {{ 42.55 | round(1, 'ceil') }} {{ 42 | round }} {{ 42.55 | round | int }} {{ -2.5 | round }} {{ 1.25 | round(1) }} {{ 5 | round(2, 'floor') }}",
            "2.0 4.0 2.67 42.5 42.6 42 43 -2.0 1.2 5.0",
        ),
        (
            "{{ [1, 2, 3, 4, 5] | slice(2) | list }} {{ [1, 2, 3, 4, 5] | slice(3, 0) | list }}",
            "[[1, 2, 3], [4, 5]] [[1, 2], [3, 4], [5, 0]]",
        ),
        (
            "{{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | sort(case_sensitive=true) }} {{ [3, 1] | sort(true) }} {{ [3, 1] | sort(reverse=true) }} {{ users | sort(attribute='age') | map(attribute='name') | list }} {{ users | sort(attribute='city,name') | map(attribute='name') | list }} {{ d | sort }}",
            "['A', 'b', 'c'] ['A', 'b', 'c'] [3, 1] [3, 1] ['Zoe', 'Bob', 'adam'] ['Bob', 'Zoe', 'adam'] ['a', 'b']",
        ),
        ("{{ [1, 'a'] | sort }}", "!'<' not supported between instances of 'str' and 'int'"),
        ("{{ 5 | string }} {{ [1] | string }} {{ 'a' | string }}", "5 [1] a"),
        (
            "{{ [1, 2.5] | sum }} {{ users | sum(attribute='age') }} {{ [] | sum }} {{ [[1], [2]] | sum(start=[]) }}",
            "3.5 37 0 [1, 2]",
        ),
        (
            "{{ {'b': [1, none, true, 1.5, 'é<>&\\'\"\\n']} | tojson }} {{ [] | tojson }} {{ {'b': 1, 'a': {}} | tojson(indent=2) }} {{ [1, [2]] | tojson(2) }}",
            "{\"b\": [1, null, true, 1.5, \"\\u00e9\\u003c\\u003e\\u0026\\u0027\\\"\\n\"]} [] {\n  \"a\": {},\n  \"b\": 1\n} [\n  1,\n  [\n    2\n  ]\n]",
        ),
        ("[{{ '  a b ' | trim }}] [{{ 'xxaxx' | trim('x') }}] [{{ '\\u00a0a\\u00a0' | trim }}]", "[a b] [a] [a]"),
        (
            "{{ 'foo bar baz qux' | truncate(9) }} {{ 'foo bar baz qux' | truncate(9, true) }} {{ 'foo bar baz qux' | truncate(11) }} {{ 'foo bar baz qux' | truncate(11, false, '...', 0) }} {{ 'abc' | truncate(3) }}",
            "foo... foo ba... foo bar baz qux foo bar... abc",
        ),
        (
            "{{ ['a', 'A', 'b'] | unique | list }} {{ ['a', 'A', 'b'] | unique(true) | list }} {{ users | unique(attribute='city') | map(attribute='name') | list }} {{ [1, 1.0, 2] | unique | list }}",
            "['a', 'b'] ['a', 'A', 'b'] ['Zoe', 'adam'] [1, 2]",
        ),
        (
            "{{ 'a b/c?d=é' | urlencode }} {{ {'a b': 'c/d', 'e': 1} | urlencode }} {{ 5 | urlencode }}",
            "a%20b/c%3Fd%3D%C3%A9 a+b=c%2Fd&e=1 5",
        ),
        ("{{ 'one two, three-four' | wordcount }}", "4"),
        (
            "{{ 5 | as_text }} {{ '5' | as_number }} {{ [1] | is_list }} {{ 'a' | is_list }} {{ true | as_bool }} {{ 'x' | as_native }}",
            "5 5 True False True x",
        ),
        ("{{ 'a' | nosuch }}", "!No filter named 'nosuch'."),
        ("{{ [3, 1, 2] | sort | reverse | map('string') | join(' ') }}", "3 2 1"),
        (
            "{{ ['x', 'y'] | map('length') | sum }} {{ [[1, 2], [3]] | map('first') | list }} {{ [[1, 2], [3]] | map(attribute=0) | list }} {{ ['1', '2'] | map('int') | sum }}",
            "2 [1, 3] [1, 3] 3",
        ),
        ("{{ (['a', 'b'] | map('upper')) is iterable }} {{ ['b', 'a'] | sort | join(', ') | title }}", "True A, B"),
        ("{{ d | dictsort | map('first') | join(',') }}", "a,b"),
        ("{{ d.a | first }} {{ s.split(' ') | last }} {{ s | lower | replace(' ', '_') }}", "1 World hello_world"),
        (
            "{{ [none, 1] | map('default', 0, true) | list }} {{ [nope, 1] | map('default', 0) | list }}",
            "[0, 1] [0, 1]",
        ),
        (
            "{{ ['a', ['b']] | string | length }} {{ {'a': 1} | string }} {{ none | string }} {{ 1.0 | string }}",
            "12 {'a': 1} None 1.0",
        ),
        ("{{ 'abc' | select('in', 'ab') | join }} {{ [] | select('nosuch') | list }}", "ab []"),
        (
            "{{ 1.23456 | round(3) }} {{ 0.5 | round }} {{ 1.5 | round }} {{ 1e10 | round }}",
            "1.235 0.0 2.0 10000000000.0",
        ),
    ]);
}
