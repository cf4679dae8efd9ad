# SPDX-License-Identifier: BSL-1.0
"""report_in_browser.py [results.json]: the report opens without a network and without an error, and its controls do what
they say. In headless Chromium; needs the packages chromium-driver and python3-selenium."""

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select
except ImportError:
    sys.exit("report_in_browser.py: missing: apt-get install chromium-driver python3-selenium")
from runner import report  # noqa: E402
from runner.catalogue import read_maps  # noqa: E402


def made_up() -> dict:
    machine = {"cpu": "</script><b>x</b>", "cores": 2, "memory_bytes": 2**34, "kernel": "6", "huge_pages": "madvise", "compiler": "c++",
               "compile_command": "c++ -O3", "commit": "c" * 40, "dirty": False, "packages": {"g++": "12"}}
    records = [{"map": map_, "workload": workload, "entries": entries, "threads": threads, "trial": trial,
                "ops_per_second": 1e6 * (threads + trial + place), "bytes_per_entry": 45.0}
               for place, map_ in enumerate(("null", "wane_epoch", "tbb")) for workload in ("find_hit", "mix50")
               for entries in (1000, 1_000_000) for threads in (1, 2) for trial in range(3)]
    return {"machine": machine, "records": records, "remarks": ["a remark"], "failures": [],
            "ratios": [{"map": "tbb", "base": "wane_epoch", "workload": "mix50", "entries": 1000, "threads": 1, "ratio": 1.5,
                        "low": 1.0, "high": 2.0, "pairs": 30}]}


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1300,1600",
                     "--host-resolver-rules=MAP * ~NOTFOUND"):  # no network
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def expect(holds: bool, what: object) -> None:
    if not holds:
        sys.exit(f"report_in_browser.py: {what}")


class Page:
    def __init__(self, driver):
        self._driver = driver

    def script(self, text: str):
        return self._driver.execute_script("return " + text)

    def title(self) -> str:
        return self.script("document.querySelector('#plot .gtitle').textContent")

    def heights(self) -> list:
        return self.script("document.getElementById('plot').data.map(t => t.y)")

    def choose(self, name: str, value: str) -> None:
        Select(self._driver.find_element(By.ID, name)).select_by_visible_text(value)

    def rows(self, table: str) -> list[list[str]]:
        return self.script(f"[...document.querySelectorAll('#{table} tbody tr')].map(r => [...r.cells].map(c => c.textContent))")

    def filter(self, table: str, column: int, text: str) -> None:
        field = self._driver.find_elements(By.CSS_SELECTOR, f"#{table} th input")[column]
        field.clear()
        field.send_keys(text)

    def sort(self, table: str, column: int) -> None:
        self._driver.find_elements(By.CSS_SELECTOR, f"#{table} th button")[column].click()


def controls(page: Page) -> None:
    """Of the made-up study."""
    expect(page.title() == "find_hit: million operations/s", page.title())
    expect(page.heights() == [[3, 4], [2, 3], [4, 5]] or sorted(map(tuple, page.heights())) == [(2, 3), (3, 4), (4, 5)], page.heights())
    page.choose("workload", "mix50")
    expect(page.title().startswith("mix50"), "another workload does not change the plot")
    page.choose("figure", "bytes/entry")
    expect(all(y == [45, 45] for y in page.heights()), "another figure does not change the plot")
    page.choose("over", "entries")
    expect(page.script("document.getElementById('plot').data[0].x") == [1000, 1_000_000], "over entries")
    expect(page.script("document.getElementById('plot').layout.xaxis.type") == "log", "entries are not logarithmic")
    page.script("document.getElementById('log').click()")
    expect(page.script("document.getElementById('plot').layout.yaxis.type") == "log", "the axis did not become logarithmic")
    hidden = page.script("document.getElementById('plot').data.filter(t => t.visible === 'legendonly').map(t => t.name)")
    expect(hidden == ["null"], hidden)

    expect(len(page.rows("cells")) == 3 * 2 * 2 * 2, "cells are missing")
    page.filter("cells", 0, "wane")
    page.filter("cells", 3, "2")
    expect({(row[0], row[3]) for row in page.rows("cells")} == {("wane_epoch", "2")}, page.rows("cells"))
    page.filter("cells", 0, "")
    page.sort("cells", 5)
    up = [float(row[5]) for row in page.rows("cells")]
    page.sort("cells", 5)
    down = [float(row[5]) for row in page.rows("cells")]
    expect(up == sorted(up) and down == up[::-1] and up[0] < up[-1], (up, down))
    expect(page.rows("ratios") == [["tbb", "mix50", "wane_epoch", "1,000", "1", "1.50", "1", "2"]], page.rows("ratios"))


def main() -> None:
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as directory:
        results = Path(directory) / "results.json"
        results.write_text(given.read_text() if given else json.dumps(made_up()))
        written = report.write(results, tuple(read_maps().values()))
        driver = browser()
        try:
            driver.get(written.as_uri())
            page = Page(driver)
            expect(page.script("document.querySelectorAll('#plot .scatterlayer .trace').length") > 0, "there is no plot")
            if given is None:
                controls(page)
            said = driver.get_log("browser")
            expect(not said, said)
        finally:
            driver.quit()
    print("the report opens, and its controls work")


if __name__ == "__main__":
    main()
