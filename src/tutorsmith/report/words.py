"""All wording of the reports, in English and Chinese. A sentence is chosen by key; numbers are put in by name."""

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.report.words_labels import LABELS

LANGUAGES = ("en", "zh")

# key -> (English, Chinese)
SENTENCES: dict[str, tuple[str, str]] = {
    "title": ("Evaluation report: {stage}", "评测报告：{stage}"),
    "compare_title": ("Two runs compared: {stage}", "两次运行对比：{stage}"),
    "subtitle": (
        "Measured: {subject}, against {baseline}, on {n} questions.",
        "评测对象：{subject}；对照：{baseline}；共 {n} 题。",
    ),
    "subtitle_alone": ("Measured: {subject}, on {n} questions.", "评测对象：{subject}；共 {n} 题。"),
    "subtitle_none": ("The evaluation holds no system.", "评测结果中没有任何系统。"),
    # the alarm
    "degenerate": (
        "The tuned model is broken: most of its answers are empty, looping, cut off or a copy of the prompt ({counts}; "
        "{n} answers of “{system}”). No number below says anything about what was learned.",
        "微调后的模型已失效：大多数回答为空、重复循环、被截断或照抄提示（{counts}；“{system}”共 {n} 个回答）。"
        "下列数字都不能说明学习效果。",
    ),
    # the four questions
    "q_better": ("Is it better than the base model with notes?", "是否优于带讲义的基座模型？"),
    "q_enough": ("Is it good enough?", "是否达到要求？"),
    "q_where": ("Where does it fail, and why?", "在哪里出错，为什么？"),
    "q_trust": ("Can I trust this?", "结果可信吗？"),
    "yes": ("Yes", "是"),
    "no": ("No", "否"),
    "cannot_tell": ("Cannot be told", "尚无定论"),
    "not_yet": ("Not yet", "尚未达到"),
    "not_shown": ("Not shown yet", "尚未证实"),
    "with_care": ("With care", "须谨慎"),
    "mixed": ("In part", "部分"),
    "not_measured": ("Not measured", "未测量"),
    "nowhere": ("Nowhere", "未见出错"),
    # 1
    "better_yes": (
        "{metric} rose from {a} to {b}: by {diff} points (95 % interval {low} to {high}, p = {p}, {n} questions).",
        "{metric}由 {a} 升至 {b}，提高 {diff} 个百分点（95 % 区间 {low} 至 {high}，p = {p}，{n} 题）。",
    ),
    "better_no": (
        "{metric} fell from {a} to {b}: by {diff} points (95 % interval {low} to {high}, p = {p}, {n} questions).",
        "{metric}由 {a} 降至 {b}，变化 {diff} 个百分点（95 % 区间 {low} 至 {high}，p = {p}，{n} 题）。",
    ),
    "better_unsure": (
        "{metric} went from {a} to {b} ({diff} points, 95 % interval {low} to {high}, p = {p}): "
        "{n} questions are too few to tell this from chance.",
        "{metric}由 {a} 变为 {b}（{diff} 个百分点，95 % 区间 {low} 至 {high}，p = {p}）：{n} 题不足以排除偶然因素。",
    ),
    "better_smallest": (
        "The smallest difference that these questions could show is about {points} points.",
        "这些题目能够显示的最小差异约为 {points} 个百分点。",
    ),
    "unusable": ("Most answers are unusable, so the numbers mean little.", "大多数回答不可用，数值意义不大。"),
    "better_others": ("Besides: {list}.", "其他指标：{list}。"),
    "better_none": (
        "The run holds no paired comparison of “{subject}” with another system.",
        "本次运行没有“{subject}”与其他系统的配对比较。",
    ),
    "better_not_notes": (
        "There is no run of the base model with notes; the comparison is with “{baseline}”.",
        "没有带讲义的基座模型结果；此处与“{baseline}”比较。",
    ),
    "by_questions": (
        "Question by question: {wins} won, {losses} lost, {ties} equal.",
        "逐题：胜 {wins}，负 {losses}，平 {ties}。",
    ),
    "change_better": ("{metric} better ({diff} points)", "{metric}更好（{diff} 个百分点）"),
    "change_worse": ("{metric} worse ({diff} points)", "{metric}更差（{diff} 个百分点）"),
    "change_unsure": ("{metric} cannot be told ({diff} points)", "{metric}尚无定论（{diff} 个百分点）"),
    # 2
    "enough_all": ("Every target is met, with its whole interval.", "各项目标全部达到，且整个置信区间都在目标之上。"),
    "enough_value": (
        "The values reach the targets, but the intervals reach below them: {list}.",
        "数值达到目标，但置信区间延伸到目标以下：{list}。",
    ),
    "enough_missed": ("Below the target: {list}.", "未达到目标：{list}。"),
    "enough_absent": ("Not measured, so not shown: {list}.", "未测量，因此无法证实：{list}。"),
    "enough_none": ("No targets are set for this stage.", "本阶段没有设定目标。"),
    "enough_few": (
        "With {n} questions, “> 90 %” cannot be shown: that takes at least 29, all of them right.",
        "只有 {n} 题，无法证实“> 90 %”：至少需要 29 题且全部正确。",
    ),
    "target_met": ("met, interval included", "达到（含区间）"),
    "target_value": ("value reached, not shown", "数值达到，未证实"),
    "target_below": ("below, not excluded", "未达到，但不能排除"),
    "target_missed": ("missed", "未达到"),
    "target_absent": ("not measured", "未测量"),
    "target_item": ("{metric} {value} (target > {target})", "{metric} {value}（目标 > {target}）"),
    "balance": (
        "Balance between the tasks: {metric} is {high_value} in {high_task} and {low_value} in {low_task}, "
        "{gap} points apart.",
        "任务间的平衡：{metric}在{high_task}为 {high_value}，在{low_task}为 {low_value}，相差 {gap} 个百分点。",
    ),
    "balance_none": (
        "The balance between the tasks cannot be shown: the run has numbers of fewer than two tasks.",
        "无法显示任务间的平衡：结果中不足两个任务。",
    ),
    # 3
    "where_summary": (
        "{failing} of {n} questions fall short in some way: {list}.",
        "{n} 题中有 {failing} 题存在不足：{list}。",
    ),
    "where_missed": ("{n} × a key point missed", "{n} 题遗漏要点"),
    "where_contradicted": ("{n} × a key point contradicted", "{n} 题与要点矛盾"),
    "where_format": ("{n} × the format broken", "{n} 题格式不符"),
    "where_refusal": ("{n} × a wrong or missing refusal", "{n} 题误拒或该拒未拒"),
    "where_other": ("{n} × something else", "{n} 题有其他问题"),
    "where_unhealthy": ("{n} × an unhealthy or missing answer", "{n} 题回答异常或缺失"),
    "n_of_m": ("{n} of {m}", "{n} / {m}"),
    "where_weakest": ("Weakest: {kind} “{part}”, {metric} {value}.", "最薄弱：{kind}“{part}”，{metric} {value}。"),
    "where_none": ("The run holds no verdicts of single questions.", "本次运行没有逐题判定。"),
    "where_clean": ("All {n} questions pass every verdict.", "{n} 题的全部判定均通过。"),
    "worst_first": ("Worst questions first", "最差的题目在前"),
    "worst_rest": (
        "{n} more, in the order of the benchmark, are under “Question by question”.",
        "另有 {n} 题，见“逐题详情”。",
    ),
    "no_slices": ("The run holds no numbers by category, difficulty or chapter.", "没有按类别、难度或章节的分项结果。"),
    "why_missed": ("Missed: {point}", "遗漏：{point}"),
    "why_contradicted": ("Contradicted: {point}", "矛盾：{point}"),
    "why_missing_answer": ("No answer was recorded.", "没有记录到回答。"),
    "why_flag": ("Unhealthy answer: {flags}", "异常回答：{flags}"),
    # 4
    "trust_yes": (
        "{n} questions, every answer present and healthy, no findings in the data.",
        "{n} 题，回答齐全且正常，数据检查无问题。",
    ),
    "trust_care": ("The numbers are sound, but: {list}.", "数字可靠，但需注意：{list}。"),
    "trust_no": ("Not as they stand: {list}.", "目前不可信：{list}。"),
    "few_questions": ("only {n} questions", "只有 {n} 题"),
    "one_seed": ("one seed, so the spread between trainings is not known", "只有一个随机种子，训练间的波动未知"),
    "no_manifest": (
        "no manifest, so the data and the model cannot be named",
        "没有清单文件，无法确认数据和模型",
    ),
    "wrong_manifest": (
        "the report names another manifest than the one in this folder",
        "报告所指的清单与本文件夹中的清单不一致",
    ),
    "no_check": ("the data were not checked", "数据未经检查"),
    "check_errors": ("errors in the data check: {n}", "数据检查有 {n} 个错误"),
    "check_warnings": ("warnings in the data check: {n}", "数据检查有 {n} 个警告"),
    "missing_answers": ("answers of “{system}” missing: {n}", "“{system}”缺少 {n} 个回答"),
    "unhealthy": ("unhealthy answers of “{system}”: {n}", "“{system}”有 {n} 个异常回答"),
    "broken_model": ("“{system}” is broken", "“{system}”已失效"),
    "unreadable": ("{file} cannot be read", "{file} 无法读取"),
    "unlike_questions": ("the systems did not answer the same questions", "各系统回答的题目不一致"),
    # training
    "training_facts": (
        "{steps} steps; loss {first} at the start, {last} at the end; {epochs} epochs.",
        "共 {steps} 步；损失由 {first} 降至 {last}；{epochs} 轮。",
    ),
    "training_best": (
        "Best validation loss {loss} at step {step}; these weights are the ones kept.",
        "最佳验证损失 {loss}（第 {step} 步），保留的是该步的权重。",
    ),
    "training_stopped": ("Stopped because: {reason}.", "停止原因：{reason}。"),
    "training_speed": ("Median speed: {speed} tokens/s.", "速度中位数：{speed} 词元/秒。"),
    "training_no_validation": ("No validation loss was recorded.", "没有记录验证损失。"),
    "training_no_steps": ("The training state holds no losses.", "训练记录中没有损失值。"),
    # absent parts
    "absent": ("{file} is not in the run folder; this part is not known.", "运行文件夹中没有 {file}，此部分未知。"),
    "damaged": ("{file} cannot be read ({why}); this part is not known.", "{file} 无法读取（{why}），此部分未知。"),
    "no_plot": ("Nothing to plot.", "没有可绘制的数据。"),
    "clipped": (
        "… cut here for reading; {n} more characters are in the predictions file.",
        "……此处截断；其余 {n} 个字符见预测文件。",
    ),
    "empty_answer": ("(empty answer)", "（空回答）"),
    # compare
    "compare_same": ("Both runs answered the same {n} questions.", "两次运行回答了相同的 {n} 道题。"),
    "compare_part": (
        "{n} questions are in both runs; {a} only in A, {b} only in B. "
        "The values of the runs cover different questions.",
        "两次运行共有 {n} 题；仅 A 有 {a} 题，仅 B 有 {b} 题。两组数值覆盖的题目不同。",
    ),
    "compare_none": (
        "The runs share no question; their values cannot be compared.",
        "两次运行没有共同的题目，数值不可比较。",
    ),
    "compare_verdict_b": (
        "B answers more questions better than A than the other way round: {wins} against {losses}, {ties} equal "
        "(sign test p = {p}).",
        "B 优于 A 的题目更多：{wins} 对 {losses}，平 {ties}（符号检验 p = {p}）。",
    ),
    "compare_verdict_a": (
        "A answers more questions better than B than the other way round: {losses} against {wins}, {ties} equal "
        "(sign test p = {p}).",
        "A 优于 B 的题目更多：{losses} 对 {wins}，平 {ties}（符号检验 p = {p}）。",
    ),
    "compare_verdict_none": (
        "No difference is shown: B is better in {wins} questions, A in {losses}, {ties} are equal (sign test p = {p}).",
        "未显示差异：B 更好 {wins} 题，A 更好 {losses} 题，平 {ties}（符号检验 p = {p}）。",
    ),
    "compare_no_difference": ("No difference in settings, data or model.", "设置、数据和模型均无差异。"),
    "note_shared": (
        "Difference, interval and p are means over the questions that both runs answered, each question counting once.",
        "差异、区间和 p 值按两次运行共有的题目计算，每题权重相同。",
    ),
    # notes under tables and plots
    "note_interval": (
        "Intervals are 95 %. n counts what was judged; effective n allows for several key points "
        "of one question being alike.",
        "区间均为 95 %。n 为判定数；有效 n 已考虑同一题内多个要点的相关性。",
    ),
    "note_p": (
        "p is corrected for the number of metrics (Holm) where the run says so.",
        "p 值按指标个数作 Holm 校正（如有）。",
    ),
    "alt_loss": ("Training and validation loss by step, learning rate below", "训练与验证损失随步数变化，下方为学习率"),
    "alt_metrics": (
        "Metrics of all systems with 95 % intervals; the same numbers stand in the table",
        "各系统指标及 95 % 区间；数值同表格",
    ),
    "alt_paired": (
        "Difference in key-point coverage by question, {b} minus {a}; the same numbers stand in the table",
        "逐题要点覆盖率之差：{b} 减 {a}；数值同表格",
    ),
}


class Words:
    """The wording of one language: `w("key", n=3)` for sentences, `w.name("metric", "refusal_accuracy")` for names."""

    def __init__(self, language: str) -> None:
        """Raises: UsageError for a language without wording."""
        if language not in LANGUAGES:
            raise UsageError(
                f"no report wording for language '{language}'",
                where="language",
                mend=suggest(language, list(LANGUAGES)),
            )
        self.language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence or label of a key with its values put in. A missing key is a programming error (KeyError)."""
        texts = SENTENCES.get(key) or LABELS[key]
        return texts[self._column].format(**values)

    def name(self, kind: str, key: str) -> str:
        """The name of a metric, system, setting source, ... that a run mentions; unknown ones are shown as they are."""
        texts = LABELS.get(f"{kind}.{key}")
        return texts[self._column] if texts else key

    def join(self, parts: list[str]) -> str:
        return ("; " if self.language == "en" else "；").join(parts)

    def sentences(self, parts: list[str]) -> str:
        return (" " if self.language == "en" else "").join(parts)
