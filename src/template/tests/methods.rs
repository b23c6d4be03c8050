//! Methods of Python's types, and formatting.

use super::check;

#[test]
fn as_jinja2_renders_them() {
    check(&[
        (
            "{{ 'aBc dEf'.upper() }} {{ 'aBc'.lower() }} {{ 'aBc dEf'.title() }} {{ 'aBc dEf'.capitalize() }} {{ 'aBc'.swapcase() }} {{ \"they're bill's\".title() }} {{ ''.capitalize() }}|",
            "ABC DEF abc Abc Def Abc def AbC They'Re Bill'S |",
        ),
        (
            "[{{ ' a '.strip() }}] [{{ ' a '.lstrip() }}] [{{ ' a '.rstrip() }}] [{{ 'xyaxy'.strip('xy') }}] [{{ 'aab'.lstrip('a') }}] [{{ '\\t\\n a\\x1f'.strip() }}] [{{ 'a,'.rstrip(',') }}] [{{ ' a '.strip(none) }}]",
            "[a] [a ] [ a] [a] [b] [a] [a] [a]",
        ),
        (
            "{{ 'a b  c'.split() }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ 'a b c'.split(maxsplit=1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b '.rsplit() }} {{ 'a b c'.rsplit(none, 1) }} {{ 'a'.split(',')[0] }} {{ 'a.b'.split('.')[-1] }} {{ 'abab'.split('ab') }}",
            "['a', 'b', 'c'] ['a', 'b', '', 'c'] ['a', 'b,c'] [] [''] ['a', 'b c'] ['a,b', 'c'] ['a', 'b'] ['a b', 'c'] a b ['', '', '']",
        ),
        (
            "{{ 'a\\nb\\r\\nc\\n'.splitlines() }} {{ 'a\\nb'.splitlines(true) }} {{ ''.splitlines() }} {{ 'a\\x0bb\\u2028c'.splitlines() }}",
            "['a', 'b', 'c'] ['a\\n', 'b'] [] ['a', 'b', 'c']",
        ),
        (
            "{{ 'aaa'.replace('a', 'b') }} {{ 'aaa'.replace('a', 'b', 1) }} {{ 'abc'.replace('', '-') }} {{ 'abc'.replace('b', '') }}",
            "bbb baa -a-b-c- ac",
        ),
        (
            "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.startswith('') }} {{ 'abc'.endswith('b') }}",
            "True True True False",
        ),
        (
            "{{ ','.join(['a', 'b']) }} {{ ''.join(('a',)) }} {{ ', '.join(d) }} {{ '-'.join('abc') }}",
            "a,b a b, a a-b-c",
        ),
        ("{{ ','.join([1]) }}", "!sequence item 0: expected str instance, int found"),
        (
            "{{ '{} {}'.format(1, 'a') }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=1) }} {{ '{0.name}|{0[name]}'.format(users[0]) }} {{ '{{}}'.format() }} {{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }} {{ '{:05d} {:,} {:.2f} {:x} {:b} {:o} {:e} {:%} {:+}'.format(42, 1234567, 3.14159, 255, 5, 8, 12345.678, 0.5, 3) }} {{ '{!r} {!s}'.format('a', 'b') }} {{ '{:{w}}|'.format('a', w=4) }} {{ '{:10.3f}|'.format(3.14159) }} {{ '{:,.2f}'.format(1234567.891) }} {{ '{:5}|{:5}|'.format(3, 'a') }} {{ '{0:03}'.format(7) }} {{ '{}'.format([1, 'a']) }} {{ '{}'.format(none) }} {{ '{:g} {:g}'.format(0.1, 1e20) }} {{ '{:X} {:#x} {:#b}'.format(255, 255, 5) }}",
            "1 a ba 1 Zoe|Zoe {}     a|b    |  c  |***d*** 00042 1,234,567 3.14 ff 101 10 1.234568e+04 50.000000% +3 'a' b a   |      3.142| 1,234,567.89     3|a    | 007 [1, 'a'] None 0.1 1e+20 FF 0xff 0b101",
        ),
        ("{{ '{}'.format() }}", "!Replacement index 0 out of range for positional args tuple"),
        ("{{ '{a}'.format(b=1) }}", "!'a'"),
        ("{{ '{'.format() }}", "!expected '}' before end of string"),
        (
            "{{ 'hello'.find('l') }} {{ 'hello'.find('z') }} {{ 'hello'.rfind('l') }} {{ 'hello'.index('e') }} {{ 'hello'.count('l') }} {{ 'aaaa'.count('aa') }} {{ 'abc'.count('') }} {{ 'éa'.find('a') }}",
            "2 -1 3 1 2 2 4 1",
        ),
        ("{{ 'hello'.index('z') }}", "!substring not found"),
        (
            "{{ '5'.zfill(3) }} {{ '-5'.zfill(4) }} {{ '+5'.zfill(4) }} {{ 'abc'.zfill(2) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ 'a'.center(4) }}| {{ 'ab'.center(5) }}| {{ 'ab'.center(5, '*') }}",
            "005 -005 +005 abc a  | ..a  a  |   ab | **ab*",
        ),
        (
            "{{ '12'.isdigit() }} {{ '1a'.isdigit() }} {{ ''.isdigit() }} {{ 'ab'.isalpha() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ 'ab'.islower() }} {{ 'AB'.isupper() }} {{ 'Ab Cd'.istitle() }} {{ '1'.isnumeric() }} {{ '1'.isdecimal() }} {{ 'é'.isalpha() }} {{ 'a'.isascii() }} {{ '1.5'.isdigit() }}",
            "True False False True True True True True True True True True True False",
        ),
        (
            "{{ 'a-b-c'.partition('-') }} {{ 'abc'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'abc'.rpartition('-') }}",
            "('a', '-', 'b-c') ('abc', '', '') ('a-b', '-', 'c') ('', '', 'abc')",
        ),
        (
            "{{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ 'abc'.removeprefix('x') }} {{ 'ABC'.casefold() }}",
            "bc ab abc abc",
        ),
        (
            "{% set q = [3, 1] %}{{ q.append(2) }}{{ q.extend([5, 4]) }}{{ q.insert(0, 9) }}{{ q.insert(-1, 8) }}{{ q }}{{ q.pop() }}{{ q.pop(0) }}{{ q.remove(1) }}{{ q }}{{ q.index(2) }}{{ q.count(2) }}{{ q.sort() }}{{ q }}{{ q.reverse() }}{{ q }}{{ q.sort(reverse=true) }}{{ q }}{{ q.copy() }}{{ q.clear() }}{{ q }}",
            "NoneNoneNoneNone[9, 3, 1, 2, 5, 8, 4]49None[3, 2, 5, 8]11None[2, 3, 5, 8]None[8, 5, 3, 2]None[8, 5, 3, 2][8, 5, 3, 2]None[]",
        ),
        ("{% set q = [] %}{{ q.pop() }}", "!pop from empty list"),
        ("{% set q = [1] %}{{ q.remove(2) }}", "!list.remove(x): x not in list"),
        ("{{ [1].index(2) }}", "!the value is not in the list"),
        (
            "{% set q = {'a': 1} %}{{ q.update({'b': 2}) }}{{ q.update(c=3) }}{{ q.update([('d', 4)]) }}{{ q }}{{ q.pop('a') }}{{ q.pop('z', 0) }}{{ q.setdefault('e', 5) }}{{ q.setdefault('b', 9) }}{{ q.popitem() }}{{ q }}{{ q.copy() }}{{ q.clear() }}{{ q }}",
            "NoneNoneNone{'a': 1, 'b': 2, 'c': 3, 'd': 4}1052('e', 5){'b': 2, 'c': 3, 'd': 4}{'b': 2, 'c': 3, 'd': 4}None{}",
        ),
        ("{% set q = {} %}{{ q.pop('a') }}", "!'a'"),
        (
            "{{ {}.fromkeys(['a', 'b'], 1) }} {{ {'a': 1}.get('a') }} {{ {'a': 1}.items() | list }} {{ {'a': 1}.values() | list }} {{ {'a': 1}.keys() | length }} {{ 'a' in {'a': 1}.keys() }} {{ {}.keys() or 'none' }}",
            "{'a': 1, 'b': 1} 1 [('a', 1)] [1] 1 True none",
        ),
        ("{% set q = {'a': 1} %}{% set k = q.keys() %}{% do q.update(b=2) %}{{ k | list }}", "['a', 'b']"),
        ("{{ (1, 2, 1).count(1) }} {{ (1, 2).index(2) }}", "2 1"),
        ("{% set add = l.append %}{% do add(7) %}{{ l }}", "[3, 1, 2, 7]"),
        ("{{ 'abc'.nosuch }}| {{ 'abc'.nosuch() }}| {{ l._x }}| {{ 'a'.__class__ }}| {{ d.__len__ }}|", "| | | | |"),
        (
            "{{ set([1]) }} {{ set([]) }} {{ set([1, 2]) | length }} {{ 1 in set([1]) }} {{ set([2, 1]) | sort }} {{ set([1, 2]).union([3]) | sort }} {{ set([1, 2]).intersection([2]) | list }} {{ set([1, 2]).difference([2]) | list }} {{ (set([1, 2]) - set([1])) | list }} {{ set([1]).issubset([1, 2]) }} {{ set([1, 2]) == set([2, 1]) }}",
            "{1} set() 2 True [1, 2] [1, 2, 3] [2] [1] [2] True True",
        ),
        (
            "{% set q = set([1]) %}{{ q.add(2) }}{{ q.discard(1) }}{{ q.discard(9) }}{{ q }}{{ q.update([2]) }}{{ q.pop() }}{{ q }}",
            "NoneNoneNone{2}None2set()",
        ),
        (
            "{{ ' a  b '.split(' ') }} {{ 'x=1;y=2'.split(';') | map('upper') | list }} {{ 'A_B'.lower().split('_') | join('') }}",
            "['', 'a', '', 'b', ''] ['X=1', 'Y=2'] ab",
        ),
        (
            "{{ d.items() | sort | first }} {{ 'abc'.upper().lower().title() }} {{ 'a,b'.split(',')[1].strip() }}",
            "('a', [1, 2]) Abc b",
        ),
        (
            "{% set q = {'x': [1]} %}{% do q['x'].append(2) %}{{ q }}{% do q.update({'y': q.x | length}) %}{{ q.y }}",
            "{'x': [1, 2]}2",
        ),
    ]);
}
