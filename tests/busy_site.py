"""A database as it is after some weeks of work: `from busy_site import fill`. The reports and people are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from application import services_of
from browser_fixtures import PASSWORD
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import load_labels, shipped_folder
from web.example_text import EXAMPLE_TEXT
from web.store.audit import draw_sample
from web.store.documents import add_document
from web.store.drafts import keep_draft
from web.store.jobs import ask_for_job, claim_job, report
from web.store.labels import NewLabel, add_label
from web.store.measurements import keep_comparison, keep_evaluation
from web.store.mix import MixQuery
from web.store.models import get_model, keep_model
from web.store.predictions import CurrentModel
from web.store.snapshots import make_snapshot
from web.store.tagged import document_of_draft
from web.store.uploads import keep_upload_draft
from web.store.users import add_user, make_token
from web.tables import Draft, Paragraph
from web.tagging import take_text
from web.uploads import Upload, read_file

ADMINISTRATOR, ANNOTATOR, VIEWER = "li", "wang", "zhao"

# Every page by a short name; what stands in braces are fields of `Busy`.
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "tag": "/",
        "tag-example": "/?example=1",
        "tag-results": "/tag/{tagged}",
        "mix": "/mix",
        "mix-in-detail": "/mix?detail=1&chart=small&years=1&by=level",
        "mix-over-years": "/mix?chart=years",
        "mix-paragraphs": "/mix/paragraphs?group=浦江县&theme=mediation",
        "snapshots": "/snapshots",
        "snapshot": "/snapshots/{snapshot}",
        "compare": "/compare?a=杭州市&b=浦江县",
        "review": "/review",
        "review-uncertain": "/review/uncertain",
        "review-audit": "/review/audit",
        "review-suspected": "/review/suspected",
        "review-end": "/review/disagreement",
        "review-document": "/review/document?document={labelled}&paragraph={labelled_paragraph}",
        "log": "/review/log",
        "agreement": "/review/agreement",
        "drift": "/review/drift",
        "conflicts": "/review/conflicts",
        "conflict": "/review/conflicts/{conflict}",
        "documents": "/documents",
        "preview": "/documents/preview?keys={previewed}",
        "document": "/documents/{unlabelled}",
        "document-why": "/documents/{labelled}?why=2",
        "document-delete": "/documents/{labelled}/delete",
        "model": "/model",
        "model-candidate": "/model/{candidate}",
        "model-job": "/model/jobs/{job}",
        "codebook": "/codebook",
        "api": "/api",
        "account": "/account",
        "log-in": "/log-in",
    }
)
OPEN_PAGES = (PAGES["log-in"],)  # Those that show nothing to somebody who is logged in.

UNLABELLED = """首页 > 政务公开 > 工作总结
发布日期：2025-01-20　来源：县司法局
青溪县司法局2024年工作总结和2025年工作思路

2024年，青溪县司法局围绕全县中心工作，坚持依法履职，各项工作取得新的进展。

一、2024年工作情况

（一）优化法治化营商环境。组建律师服务团走访企业140家，开展法治体检，查找合同、用工、知识产权等风险点320个；上线惠企政策“一键查”，清理与民营经济发展不符的文件11件。

（二）深化行政执法改革。制定乡镇综合执法事项清单，赋权事项82项；推行扫码入企，全县涉企检查次数下降28%；组织案卷评查两轮，抽查案卷260卷，发出执法监督意见书9份。

（三）化解矛盾纠纷。县社会矛盾纠纷调处化解中心受理纠纷1860件，调解成功率97.9%。新建物业、旅游、水利三个行业性调解组织，选聘专职调解员35名。在集市日开设“板凳调解点”，就地化解邻里、山林、宅基地纠纷210件。

（四）提升公共法律服务。办理法律援助案件420件，为残疾人、老年人开辟绿色通道；公证处上门办证75件；“12348”热线接听咨询5400次。

（五）推进普法宣传。开展“民法典宣传月”“宪法宣传周”活动96场，制作方言普法短视频28期，新增法治文化广场2处，培育“法律明白人”310名。

（六）建强干部队伍。严格落实“三会一课”制度，开展党纪学习教育，组织青年干部轮岗锻炼12人次，举办业务培训8期。

二、存在的问题

基层司法所力量不足，专职调解员年龄偏大；部分乡镇执法人员办案经验不够。

三、2025年工作思路

（一）继续优化营商环境，推动涉企合规指引覆盖主导产业。

（二）加强乡镇执法队伍培训，推进执法监督与信访、督查衔接。

（三）办好民生实事，新建公共法律服务站5个，法律援助应援尽援。

浏览次数：128　打印　关闭
"""

LABELLED = """临湖区司法局2023年工作报告

全年接收社区矫正对象88名，解除矫正79名，开展走访帮扶160人次，没有发生脱管漏管。

开展“百名律师进百企”活动，为中小企业提供合规咨询450次，帮助收回账款1200万元，获评全市优化营商环境先进单位。

建成“15分钟公共法律服务圈”，在地铁站、社区设置自助服务终端18台，提供法律咨询9300人次，办理援助案件380件。

人民调解组织调处纠纷2400件；在调解现场以案释法，听众3万人次。

举办“宪法进万家”等活动130场，开通普法直播间，观看人次超过60万。

组织全区执法人员考试，420人取得证件；开展重点领域专项执法监督3次，纠正不规范行为56起。

召开党组会议24次，开展廉政谈话46人次，选派干部5名到乡镇挂职锻炼。
"""

PREVIEWED = {
    "平江县司法局工作总结.txt": """当前位置：首页 > 信息公开
平江县司法局2024年法治政府建设工作情况
一、主要工作
行政复议案件办结率100%，纠错率8.6%；对全县36件规范性文件开展合法性审查。
组织“法律服务进园区”活动30场，为外贸企业解答涉外法律问题90个。
二、下一步打算
完善行政执法“三项制度”，开展执法案卷评查。
上一篇：没有了
""",
    "扫描件.txt": "",
}


@dataclass(frozen=True)
class Busy:
    """Where things are in a filled database; the names are those that addresses use: "/documents/{unlabelled}"."""

    unlabelled: int
    labelled: int
    labelled_paragraph: int
    conflict: int
    tagged: str
    previewed: str
    candidate: int
    job: int
    snapshot: str

    def address(self, pattern: str) -> str:
        """Put the numbers of this database into an address."""
        return pattern.format_map(vars(self))


def fill(app: Flask, evaluation: Mapping[str, Any]) -> Busy:
    """Fill a database that holds the seeds; ``evaluation`` is the model's."""
    services = services_of(app)
    current = services.models.get()
    with services.database.writing() as session:
        roles = {ADMINISTRATOR: "administrator", ANNOTATOR: "annotator", VIEWER: "viewer"}
        accounts = {name: add_user(session, name, PASSWORD, role) for name, role in roles.items()}
        make_token(session, accounts[ADMINISTRATOR].id, "每月导入")
        unlabelled, _ = _add(session, current, "青溪县司法局2024年工作总结.txt", UNLABELLED)
        labelled, paragraphs = _add(session, current, "临湖区司法局2023年工作报告.txt", LABELLED)
        conflict = _label(session, current, paragraphs)
        draw_sample(session, 40, ADMINISTRATOR)
        keep_evaluation(session, 1, evaluation)
        candidate = _candidate(session, current, services.settings.data_folder, evaluation)
        ask_for_job(session, "retrain", made_by=ADMINISTRATOR)
        job = claim_job(session)
        assert job is not None
        report(session, job.id, "measuring", 3, 10)
        keys = [
            keep_upload_draft(session, ADMINISTRATOR, name, read_file(text.encode(), name))
            for name, text in PREVIEWED.items()
        ]
        tagged = _tag(session, current)
    snapshot = _freeze(app)
    return Busy(unlabelled, labelled, paragraphs[0], conflict, tagged, ",".join(keys), candidate, job.id, snapshot)


def _freeze(app: Flask) -> str:
    services = services_of(app)
    current = services.models.get()
    with services.database.reading() as session:
        corpus = services.corpus.get(session, current)
    frozen = make_snapshot(
        services.database,
        services.settings.data_folder,
        current,
        corpus,
        MixQuery(),
        title="司法行政工作报告的主题分布",
        selection="",
        made_by=ADMINISTRATOR,
    )
    return frozen.identifier


def _add(session: Session, current: CurrentModel, name: str, text: str) -> tuple[int, list[int]]:
    upload = read_file(text.encode(), name)
    assert isinstance(upload, Upload)
    document = add_document(session, upload.reading(), current, source="upload", annotator=ADMINISTRATOR).document
    query = select(Paragraph.id).where(Paragraph.document_id == document.id).order_by(Paragraph.position)
    return document.id, list(session.scalars(query))


def _label(session: Session, current: CurrentModel, paragraphs: list[int]) -> int:
    """Let two people label most of a document; they differ on two paragraphs, the first of which is returned."""
    book = current.model.codebook
    given = {
        ANNOTATOR: (
            "other.corrections",
            "business_environment",
            "legal_aid",
            "mediation",
            "publicity",
            "enforcement_reform",
        ),
        ADMINISTRATOR: (
            "other.corrections",
            "business_environment",
            "legal_aid",
            "publicity",
            "publicity",
            "party_building",
        ),
    }
    for name, themes in given.items():
        for paragraph, theme in zip(paragraphs, themes, strict=False):
            secondary = ("publicity",) if theme == "mediation" else ()
            note = "以案释法是调解的方式" if theme == "mediation" else ""
            more = {"secondary": secondary, "note": note, "model": current.model.identity}
            add_label(session, book, NewLabel(paragraph, theme, name, "document", **more))  # type: ignore[arg-type]
    return paragraphs[3]


def _candidate(session: Session, current: CurrentModel, folder: Path, evaluation: Mapping[str, Any]) -> int:
    """Register a model that waits to be put in use, with a comparison in which some themes changed."""
    labels = load_labels(shipped_folder("labels"))
    model = replace(current.model, record={**current.model.record, "labels_digest": "0123456789ab" * 5})
    record = keep_model(session, folder, model, made_by=ADMINISTRATOR, state="candidate")
    other = {"theme": "publicity", "detail": "publicity"}
    predictions = evaluation["held_out_predictions"]
    before = [{**found, **other} if number % 9 == 0 else found for number, found in enumerate(predictions)]
    keep_comparison(
        session, record.id, get_model(session, 1), labels, evaluation, {**evaluation, "held_out_predictions": before}
    )
    keep_evaluation(session, record.id, evaluation)
    return record.id


def _tag(session: Session, current: CurrentModel) -> str:
    """Send the example text as the administrator, and label two of its paragraphs."""
    sent = take_text(EXAMPLE_TEXT, "粘贴的文本.txt", {}, 100_000)
    key = keep_draft(session, "tag", ADMINISTRATOR, sent.content())
    document = document_of_draft(session, session.get_one(Draft, key), sent.reading, current, ADMINISTRATOR)
    query = select(Paragraph.id).where(Paragraph.document_id == document.id).order_by(Paragraph.position)
    for paragraph, theme in zip(session.scalars(query).all(), ("business_environment", "mediation"), strict=False):
        new = NewLabel(paragraph, theme, ADMINISTRATOR, "tag", suggestion=theme, model=current.model.identity)
        add_label(session, current.model.codebook, new)
    return key
