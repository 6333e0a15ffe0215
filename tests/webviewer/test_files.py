"""Reading files of images from servers that fail, and loading many of them in order."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from .faults import FaultyServer

# Answers { size, bytes, name, type } of a file, or { error, missing, message }.
GET = """async ([address, file, patience]) => {
    const { openFolder } = await import('/folders/files.js');
    try {
        const blob = await openFolder(address, () => patience).get(file);
        const bytes = Array.from(new Uint8Array(await blob.arrayBuffer()));
        return { bytes, name: blob.name, type: blob.type };
    } catch (error) {
        return { error: error.name, missing: error.missing, message: error.message };
    }
}"""

HAS = """async ([address, file]) => {
    const { openFolder } = await import('/folders/files.js');
    return openFolder(address).has(file).catch(error => error.message);
}"""

# A loader whose jobs are settled by the test: finish(key, value) or fail(key, error).
LOADER = """async options => {
    const { Loader } = await import('/folders/loader.js');
    const loader = new Loader(options);
    const open = {};
    const log = [];
    const job = (key, mark = '') => ({
        key,
        load: signal => new Promise((resolve, reject) => {
            log.push(`load ${key}${mark}`);
            open[key] = { resolve, reject };
            signal.addEventListener('abort', () => {
                log.push(`abort ${key}${mark}`);
                reject(signal.reason);
            });
        }),
        done: value => log.push(`done ${key}${mark} ${value}`),
    });
    const pause = (milliseconds = 0) => new Promise(resolve => setTimeout(resolve, milliseconds));
    loader.addEventListener('change',
        () => log.push(`${loader.busy} busy, ${loader.failures.size} failed`));
    window.test = {
        loader, log, pause,
        want: (...keys) => loader.want(keys.map(key => job(...key.split(':')))),
        finish: async (key, value) => { open[key].resolve(value); await pause(); },
        fail: async (key, missing) => {
            open[key].reject(Object.assign(new Error(`no ${key}`), { missing }));
            await pause();
        },
        loads: () => log.filter(line => line.startsWith('load')).map(line => line.slice(5)),
        take: () => log.splice(0).filter(line => !line.includes('busy')),
    };
}"""


@pytest.fixture(scope="module")
def server(small) -> Iterator[FaultyServer]:
    with FaultyServer([small]) as server:
        yield server


@pytest.fixture(scope="module")
def module_page(browser: Browser, server: FaultyServer) -> Iterator[Page]:
    """A page of the server's origin, under its content security policy, without the viewer."""
    page = browser.new_page()
    page.goto(f"{origin(server)}/style.css")
    yield page
    page.close()


@pytest.fixture
def page(module_page: Page, server: FaultyServer) -> Iterator[Page]:
    yield module_page
    server.heal()
    server.requests.clear()


def origin(server: FaultyServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def get(page: Page, file: str, address: str = "images/0/", patience: float = 10) -> dict:
    return page.evaluate(GET, [address, file, patience])


@contextmanager
def loader(page: Page, **options) -> Iterator[Page]:
    page.evaluate(LOADER, options)
    yield page
    page.evaluate("test.loader.stop()")


# Files on a server


@pytest.mark.parametrize("address", ["images/0/", "images/0", "/images/0/", "./images/../images/0"])
def test_file_arrives_as_it_is_with_its_name(page, small, address) -> None:
    answer = get(page, "plane_1.png", address)
    assert bytes(answer["bytes"]) == (small / "plane_1.png").read_bytes()
    assert (answer["name"], answer["type"]) == ("plane_1.png", "image/png")


def test_folder_is_called_by_the_end_of_its_address(page) -> None:
    names = page.evaluate("""async () => {
        const { openFolder } = await import('/folders/files.js');
        return ['images/0', 'https://x.example/a/old%20coin/', 'dropped:0/coin/obverse', '%ff']
            .map(address => openFolder(address).name);
    }""")
    assert names == ["images/0", "a/old coin", "coin/obverse", "%ff"]


def test_missing_file_is_told_from_other_failures(page, server) -> None:
    absent = get(page, "plane_9.png")
    assert absent == {
        "error": "FileError",
        "missing": True,
        "message": "images/0: plane_9.png is missing; write the image again.",
    }
    server.fail("*/plane_0.png", "error")
    refused = get(page, "plane_0.png")
    assert not refused["missing"]
    assert "the server answered 500 for plane_0.png" in refused["message"]


def test_broken_connection_is_a_sentence(page, server) -> None:
    server.fail("*/plane_0.png", "broken")
    assert "plane_0.png could not be fetched" in get(page, "plane_0.png")["message"]
    gone = get(page, "info.json", "http://127.0.0.1:9/coin/")
    assert gone["error"] == "FileError"
    assert "coin: info.json could not be fetched" in gone["message"]


@pytest.mark.parametrize("kind", ["silent", "stalled"])
def test_silent_server_is_given_up(page, server, kind) -> None:
    server.fail("*/plane_0.png", kind)
    answer = get(page, "plane_0.png", patience=0.4)
    assert answer["error"] == "FileError"
    assert "the server does not answer" in answer["message"]
    assert "plane_0.png" in answer["message"]


@pytest.mark.long
def test_slow_server_is_waited_for(page, server, small) -> None:
    server.fail("*/plane_0.png", "slow")  # three seconds in all, never one without a byte
    answer = get(page, "plane_0.png", patience=1.5)
    assert bytes(answer["bytes"]) == (small / "plane_0.png").read_bytes()


@pytest.mark.long
def test_what_waits_behind_others_on_a_slow_line_is_no_silence(page, server, small) -> None:
    """Chromium asks for six at a time, each three seconds long."""
    server.fail("*/plane_0.png", "slow")
    told = page.evaluate("""async () => {
        const { openFolder } = await import('/folders/files.js');
        const folder = openFolder('images/0/', () => 1.5);
        const ask = () => folder.get('plane_0.png').then(({ size }) => size);
        return Promise.all(Array.from({ length: 8 }, ask)).catch(({ message }) => message);
    }""")
    assert told == 8 * [(small / "plane_0.png").stat().st_size]


def test_abort_passes_through(page, server) -> None:
    server.fail("*/plane_0.png", "stalled")
    name = page.evaluate("""async () => {
        const { openFolder } = await import('/folders/files.js');
        const stop = new AbortController();
        setTimeout(() => stop.abort(), 200);
        const { signal } = stop;
        return openFolder('images/0').get('plane_0.png', { signal }).catch(error => error.name);
    }""")
    assert name == "AbortError"


def test_has_tells_whether_a_file_is_there(page, server) -> None:
    assert page.evaluate(HAS, ["images/0", "plane_2.png"]) is True
    assert page.evaluate(HAS, ["images/0", "plane_3.png"]) is False
    assert server.requests == [f"/images/0/plane_{i}.png" for i in (2, 3)]


@pytest.mark.parametrize(
    "file",
    ["../1/info.json", "a/../../secret.json", "//127.0.0.1/x.png", "/main.js", "..", "http://x/y"],
)
def test_no_name_leads_out_of_the_folder(page, server, file) -> None:
    answer = get(page, file)
    assert answer["error"] == "FileError"
    assert all(path.startswith("/images/0/") for path in server.requests)


def test_awkward_names_are_asked_for_as_they_are(page, server) -> None:
    get(page, "plane 1 #?%41.png")
    assert server.requests == ["/images/0/plane 1 #?%41.png"]


# Dropped files


def test_dropped_files_are_read(page) -> None:
    answer = page.evaluate("""async () => {
        const { openFolder, registerDropped } = await import('/folders/files.js');
        const address = registerDropped('my coin', new Map([
            ['info.json', new File(['{}'], 'other')],
            ['plane_0_files/1/0_0.png', async () => new Blob(['later'])],
            ['../../evil', new Blob(['only a key'])],
            ['bad', async () => { throw new Error('inflate'); }],
        ]));
        const folder = openFolder(address);
        const read = async file => {
            const blob = await folder.get(file);
            return [blob.name, await blob.text()];
        };
        return {
            name: folder.name,
            files: [
                await read('info.json'),
                await read('plane_0_files/1/0_0.png'),
                await read('../../evil'),
            ],
            has: [await folder.has('info.json'), await folder.has('plane_1.png')],
            missing: await read('plane_1.png').catch(error => [error.missing, error.message]),
            bad: await read('bad').catch(error => [error.missing, error.message]),
            unknown: await openFolder('dropped:99/old').get('x').catch(error => error.message),
            aborted: await folder.get('x', { signal: AbortSignal.abort() })
                .catch(error => error.name),
        };
    }""")
    assert answer["name"] == "my coin"
    assert answer["files"] == [
        ["info.json", "{}"],
        ["plane_0_files/1/0_0.png", "later"],
        ["../../evil", "only a key"],
    ]
    assert answer["has"] == [True, False]
    assert answer["missing"] == [True, "my coin: plane_1.png is missing; write the image again."]
    assert answer["bad"] == [False, "my coin: bad can no longer be read; open the image again."]
    assert answer["unknown"].startswith("old was opened from this computer")
    assert answer["aborted"] == "AbortError"


# The loader


def test_most_urgent_go_first_and_few_at_a_time(page) -> None:
    with loader(page, parallel=2):
        loads = page.evaluate("""async () => {
            test.want('a', 'b', 'c', 'd');
            await test.finish('b', 1);
            test.want('a', 'd', 'c');       // d is urgent now
            await test.finish('a', 2);
            return [test.loader.busy, test.take()];
        }""")
    assert loads == [2, ["load a", "load b", "done b 1", "load c", "done a 2", "load d"]]


def test_what_is_not_wanted_any_more_is_aborted_or_never_asked(page) -> None:
    with loader(page, parallel=2):
        log = page.evaluate("""async () => {
            test.want('a', 'b', 'c', 'd');
            test.want('b', 'd');
            await test.pause();
            test.want('a');
            await test.finish('a', 1);
            return [test.take(), test.loader.busy, test.loader.failures.size];
        }""")
    assert log[0] == [
        "load a",
        "load b",
        "abort a",
        "load d",
        "abort b",
        "abort d",
        "load a",
        "done a 1",
    ]
    assert log[1:] == [0, 0]


def test_load_under_way_goes_on_when_its_job_is_made_anew(page) -> None:
    with loader(page):
        log = page.evaluate("""async () => {
            test.want('a:first');
            test.want('a:second');
            await test.finish('a', 1);
            return test.take();
        }""")
    assert log == ["load afirst", "done asecond 1"]


def test_failures_are_tried_again_and_then_final(page) -> None:
    with loader(page, delays=[20, 40]):
        log = page.evaluate("""async () => {
            const answers = [];
            test.want('a');
            for (const wait of [60, 80, 200]) {
                await test.fail('a');
                answers.push([test.loader.busy, test.loader.failures.get('a')?.message]);
                await test.pause(wait);
                test.want('a');
            }
            answers.push(test.take());
            test.loader.retry();
            await test.finish('a', 1);
            return [...answers, test.take(), test.loader.failures.size, test.loader.busy];
        }""")
    assert log[:3] == [[1, None], [1, None], [0, "no a"]]
    assert log[3] == ["load a", "load a", "load a"]
    assert log[4:] == [["load a", "done a 1"], 0, 0]


def test_missing_files_are_tried_once_more_only(page) -> None:
    with loader(page, delays=[20, 20, 20]):
        loads = page.evaluate("""async () => {
            test.want('a', 'b');
            await test.fail('a', true);
            await test.pause(60);
            await test.fail('a', true);
            await test.pause(60);
            return [test.loads(), [...test.loader.failures.keys()], test.loader.busy];
        }""")
    assert loads == [["a", "b", "a"], ["a"], 1]


def test_waiting_tries_leave_their_place_and_end_with_the_wish(page) -> None:
    with loader(page, parallel=1, delays=[80]):
        loads = page.evaluate("""async () => {
            test.want('a', 'b');
            await test.fail('a');
            const before = [test.loads(), test.loader.busy];
            test.want('b');
            await test.pause(200);
            return [...before, test.loads(), test.loader.busy];
        }""")
    assert loads == [["a", "b"], 2, ["a", "b"], 1]


def test_listeners_hear_of_every_change_and_only_then(page) -> None:
    with loader(page, delays=[]):
        log = page.evaluate("""async () => {
            test.want('a', 'b');
            test.want('a', 'b');
            await test.finish('a', 1);
            await test.fail('b');
            test.want('b');
            test.loader.retry();
            test.loader.stop();
            await test.pause();
            return test.log.filter(line => line.includes('busy'));
        }""")
    assert log == [
        "2 busy, 0 failed",
        "1 busy, 0 failed",
        "0 busy, 1 failed",
        "1 busy, 0 failed",
        "0 busy, 0 failed",
    ]


def test_loader_brings_an_image_over_a_bad_line(page, server, small) -> None:
    server.fail("*/plane_0.png", "missing", times=1)
    server.fail("*/plane_1.png", "truncated", times=2)
    server.fail("*/plane_2.png", "silent", times=1)
    planes = [f"plane_{i}.png" for i in range(4)]
    answer = page.evaluate(
        """async files => {
            const { openFolder } = await import('/folders/files.js');
            const { Loader } = await import('/folders/loader.js');
            const folder = openFolder('images/0', () => 0.5);
            const loader = new Loader({ delays: [50, 100, 200] });
            const loaded = [];
            loader.want(files.map(file => ({
                key: file,
                load: async signal => createImageBitmap(await folder.get(file, { signal })),
                done: bitmap => loaded.push([file, bitmap.width, bitmap.height]),
            })));
            await new Promise(resolve => {
                loader.addEventListener('change', () => loader.busy || resolve());
            });
            const failures = [...loader.failures].map(([key, { missing }]) => [key, missing]);
            return [loaded.sort(), failures];
        }""",
        planes,
    )
    info = json.loads((small / "info.json").read_text())
    assert answer[0] == [[file, info["width"], info["height"]] for file in planes[:3]]
    assert answer[1] == [["plane_3.png", True]]
    asked = [server.requests.count(f"/images/0/{file}") for file in planes]
    assert asked == [2, 3, 2, 2]
