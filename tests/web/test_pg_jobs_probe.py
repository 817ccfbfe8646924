import pytest, sys
from pathlib import Path
from dataclasses import replace
from application import services_of
from postgresql import running_server
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.jobs import JobRunner
from web.store.jobs import *
from web.store.models import *
from web.store.label_counts import *
import time
def test_pg(new_home, model, labels, tmp_path):
    import shutil
    folder=tmp_path/"h"; shutil.copytree(new_home, folder)
    with running_server() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder))
        app = create_app(WebSettings(database=url, measure_model=False)); s=services_of(app)
        m=replace(s.models.get().model, record={**model.record,"labels_digest":"x"*64})
        with s.database.writing() as ses:
            rec=keep_model(ses,folder,m,made_by="w",state="candidate")
            n=ask_for_job(ses,"promote",made_by="w",model_id=rec.id).id
            print(count_holding_labels(ses), count_entries_since(ses,get_model(ses,1)))
        r=JobRunner(s.database,s.settings); r.start()
        for _ in range(300):
            with s.database.reading() as ses: j=get_job(ses,n)
            if j.state in("done","failed"): break
            time.sleep(.1)
        assert (j.state,j.message)==("done","")
        with s.database.writing() as ses:
            n=ask_for_job(ses,"measure",made_by="w",model_id=rec.id).id
        for _ in range(1500):
            with s.database.reading() as ses: j=get_job(ses,n)
            if j.state in("done","failed"): break
            time.sleep(.1)
        assert (j.state,j.message)==("done","")
        r.stop()
        app.config.update(TESTING=True)
        for p in ("/model","/codebook","/model/jobs/1","/model/1"): assert app.test_client().get(p).status_code==200
        s.database.close()
