"""Pages of a search of the tracking server."""

from registry import search_pages


def page(result, token):
    class Page(list):
        """Content of one response of a search, and the token of the next one."""

    made = Page(result)
    made.token = token
    return made


def test_a_search_ends_with_a_page_without_a_token():
    for last in (None, ""):
        calls = []
        pages = [page([1, 2], "a"), page([], "b"), page([3], last)]

        def search(token, requested=calls, pages=pages):
            requested.append(token)
            return pages[len(requested) - 1]

        assert list(search_pages.all_pages(search)) == [1, 2, 3]
        assert calls == [None, "a", "b"]
