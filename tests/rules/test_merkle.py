"""The tree of RFC 9162: against hashes that others published, and against itself for every size of a small tree."""

import pytest

from portal.rules.merkle import Growing, consistency, continued, included, inclusion, leaf_hash, node_hash, root_over

# The eight leaves that implementations of Certificate Transparency test with, and the roots over the first 1, 2, … of them.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % i) for i in range(count)]


def node_of(hashes: list[bytes], level: int, place: int) -> bytes:
    if level == 0:
        return hashes[place]
    return node_hash(node_of(hashes, level - 1, 2 * place), node_of(hashes, level - 1, 2 * place + 1))


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_that_others_publish(size: int) -> None:
    growing, hashes = Growing(), [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    for leaf in hashes:
        growing.add(leaf)
    assert growing.root().hex() == ROOTS[size - 1]
    assert root_over(lambda level, place: node_of(hashes, level, place), 0, size).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Growing().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(20))
def test_a_tree_goes_on_from_another(size: int) -> None:
    hashes, whole = leaves(30), Growing()
    gone_on = Growing(size, lambda level, place: node_of(hashes, level, place))
    for leaf in hashes:
        whole.add(leaf)
    for leaf in hashes[size:]:
        gone_on.add(leaf)
    assert (gone_on.size, gone_on.root()) == (30, whole.root())


@pytest.mark.parametrize("size", range(1, 20))
def test_each_leaf_leads_to_the_root_and_to_no_other_place(size: int) -> None:
    hashes = leaves(size)

    def node(level: int, place: int) -> bytes:
        return node_of(hashes, level, place)

    root = root_over(node, 0, size)
    for index in range(size):
        path = inclusion(node, index, size)
        assert included(hashes[index], index, size, path, root)
        assert not any(included(hashes[index], other, size, path, root) for other in range(-1, size + 1) if other != index)
        assert not included(leaf_hash(b"x"), index, size, path, root)
        assert not included(hashes[index], index, size, [*path, root], root)
        assert not path or not included(hashes[index], index, size, path[:-1], root)


@pytest.mark.parametrize("size", range(1, 20))
def test_a_tree_continues_each_of_its_beginnings_and_no_other(size: int) -> None:
    hashes = leaves(size)

    def node(level: int, place: int) -> bytes:
        return node_of(hashes, level, place)

    root, wrong = root_over(node, 0, size), leaf_hash(b"x")
    for old in range(1, size + 1):
        path, then = consistency(node, old, size), root_over(node, 0, old)
        assert continued(old, then, size, root, path)
        assert not continued(old, wrong, size, root, path) and not continued(old, then, size, wrong, path)
        assert not continued(old, then, size, root, [*path, wrong])
        assert not path or not continued(old, then, size, root, path[:-1])
        assert not any(continued(other, then, size, root, path) for other in range(size + 2) if other != old)
