import time
from axe_playwright_python.sync_playwright import Axe
def test_x(open_page, watched):
    page = open_page("/nothing")
    print(watched.errors)
    watched.errors.clear()
    for path in ("/", "/mix", "/codebook", "/api", "/review"):
        t=time.time(); page.goto(path); print(path, "goto", time.time()-t)
        t=time.time(); r = Axe().run(page); print("axe", time.time()-t, [(v["id"], v["impact"], len(v["nodes"])) for v in r.response["violations"]])
        t=time.time(); page.emulate_media(color_scheme="dark"); r = Axe().run(page, options={"runOnly":["color-contrast"],"resultTypes":["violations"]}); print("dark", time.time()-t, [(v["id"], v["impact"], len(v["nodes"])) for v in r.response["violations"]])
        page.emulate_media(color_scheme="light")
        t=time.time(); page.set_viewport_size({"width":360,"height":800}); print(page.evaluate("document.documentElement.scrollWidth"), time.time()-t)
        page.set_viewport_size({"width":1280,"height":800})
