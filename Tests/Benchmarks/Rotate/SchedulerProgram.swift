/// The source of what a user would write in Python: APScheduler, requests and sqlite3.
enum SchedulerProgram {
    /// What pip installs for it.
    static let packages = ["apscheduler>=3.11,<4", "requests>=2.32,<3"]

    /// Python; called with a folder, the hub's port, how many secrets, and how many workers.
    ///
    /// A job a secret, all due at once; a session a thread, so that connections are kept; a row a rotation, committed as
    /// durably as ours. It knows no retry, no claim before the request and no audit log: it does less. The clock starts
    /// when the scheduler, which has all jobs already, may run them.
    static let source = """
        import logging, re, secrets, sqlite3, sys, threading, time
        from datetime import datetime, timezone
        import requests
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        folder, port, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
        url = f'http://127.0.0.1:{port}/api/v2/aihub/secrets'
        logging.getLogger('apscheduler').setLevel(logging.ERROR)
        database = sqlite3.connect(f'{folder}/scheduler-{workers}.db', check_same_thread=False)
        database.execute('PRAGMA journal_mode = WAL')
        database.execute('PRAGMA synchronous = FULL')
        database.execute('CREATE TABLE rotations (alias TEXT, started REAL, ended REAL, status INTEGER)')
        database.commit()
        lock, done, local = threading.Lock(), threading.Semaphore(0), threading.local()
        failures = []

        def rotate(alias):
            try:
                if not hasattr(local, 'session'):
                    local.session = requests.Session()
                    local.session.headers['Authorization'] = 'Bearer sandbox-token'
                started = time.time()
                body = {'alias': alias, 'value': secrets.token_urlsafe(24)}
                answer = local.session.patch(url, json=body, timeout=30)
                answer.raise_for_status()
                with lock:
                    database.execute('INSERT INTO rotations VALUES (?, ?, ?, ?)',
                                     (alias, started, time.time(), answer.status_code))
                    database.commit()
            except Exception as error:
                failures.append(error)
            finally:
                done.release()

        scheduler = BackgroundScheduler(executors={'default': ThreadPoolExecutor(workers)}, timezone=timezone.utc)
        scheduler.start(paused=True)
        now = datetime.now(timezone.utc)
        for number in range(1, count + 1):
            scheduler.add_job(rotate, 'date', run_date=now, args=[f'secret_{number}'], misfire_grace_time=None)
        start, cpu = time.perf_counter(), time.process_time()
        scheduler.resume()
        for _ in range(count):
            done.acquire()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        scheduler.shutdown()
        if failures:
            sys.exit(f'{len(failures)} rotations failed, the first one with {failures[0]!r}')
        peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read()).group(1)
        print(seconds, cpu, peak)
        """
}
