"""A short report with furniture, headings, achievements and plans: `from sample_report import REPORT`."""

REPORT = """首页 > 政府信息公开
发布日期：2025-01-15
清源县司法局2024年工作总结
一、主要工作
组织律师进园区开展企业合规体检，帮助120家企业防范用工风险；出台涉企行政合规指导清单15项。
二、2025年工作安排
举办宪法宣传周活动12场，发放资料2万份。
"""
