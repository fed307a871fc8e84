import threading
from typing import List

from socket_server import SocketServer
from things import Thing

from antonnia.core import SyncTransport

THREADS = 8
CALLS = 50


def test_threads_share_one_pool(server: SocketServer) -> None:
    failures: List[BaseException] = []
    together = threading.Barrier(THREADS)
    transport = SyncTransport("/things/v1", token="t", base_url=server.url)

    def work() -> None:
        try:
            together.wait(30)
            for _ in range(CALLS):
                assert transport.get("/things/1", Thing).id == "thing_1"
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    transport.close()

    assert failures == []
    assert len(server.asked) == THREADS * CALLS
    assert len(server.connections) <= THREADS
