"""Wording of the page of `runs targets`, in English and Chinese."""

# key -> (English, Chinese)
RESULTS: dict[str, tuple[str, str]] = {
    # headings
    "res_title": ("Results", "结果"),
    "res_h_targets": ("Targets", "目标"),
    "res_h_stage": ("Stage {name}", "阶段 {name}"),
    "res_h_balance": ("One adapter for all tasks, beside one for each", "一个适配器兼顾全部任务与单任务适配器的对比"),
    "res_h_probe": ("What tuning cost: the forgetting probe", "微调的代价：遗忘检测"),
    "res_h_seconds": ("Seconds a run", "每次运行耗时（秒）"),
    "res_h_made": ("How the runs were made", "运行的设置与来源"),
    "res_h_left_out": ("Not on this page", "未计入本页的内容"),
    "res_h_words": ("Words on this page", "本页用语"),
    # table heads
    "res_stage": ("Stage", "阶段"),
    "res_measured": ("Measured", "测量值"),
    "res_deviation": ("SD", "标准差"),
    "res_judgements": ("Judgements", "判定数"),
    "res_p_holm": ("p (Holm)", "校正后 p（Holm）"),
    "res_single": ("Alone", "单任务"),
    "res_several": ("Together", "多任务"),
    "res_seed": ("Seed", "种子"),
    "res_base": ("Base", "基座"),
    "res_tuned": ("Tuned", "微调"),
    "res_worse_better": ("Worse / better", "变差 / 变好"),
    "res_device": ("Device", "设备"),
    "res_version": ("Version", "版本"),
    "res_settings": ("Settings other than recommended", "与推荐不同的设置"),
    "res_file": ("File", "文件"),
    "res_hash": ("SHA-256, first 12", "SHA-256 前 12 位"),
    "res_used_in": ("Stages", "所用阶段"),
    "res_refused_rightly": ("Refused, rightly", "正确拒答"),
    "res_refused_wrongly": ("Refused, wrongly", "误拒"),
    "res_unhealthy": ("Unhealthy answers", "异常回答"),
    "res_missing": ("Missing or failed", "缺失或出错"),
    "res_of": ("{n} of {m}", "{n}（共 {m}）"),
    "res_task": ("{metric}, task {task}", "{metric}（任务 {task}）"),
    "res_by": ("{target} ({by})", "{target}（{by}）"),
    "res_over": ("{points}, over {limit}", "{points}，超过 {limit}"),
    "res_other_n": ("{cell}; {n}", "{cell}；{n}"),
    "res_stage_seeds": ("{stage}, {seeds}", "{stage}，{seeds}"),
    "res_term": ("- **{term}**: {meaning}", "- **{term}**：{meaning}"),
    "res_seeds": ("{n} seeds", "{n} 个种子"),
    "res_one_seed": ("1 seed", "1 个种子"),
    "res_none": ("none", "无"),
    "res_not_recorded": ("not recorded", "未记录"),
    "res_notes": ("notes ({n} excerpts)", "讲义（{n} 段摘录）"),
    "res_unusable": ("{verdict}; **answers mostly unusable**", "{verdict}；**回答大多已失效**"),
    "res_label_of": ("{label}, of {n}", "{label}（共 {n}）"),
    "res_all": ("all", "合计"),
    "res_step.check": ("check", "检查"),
    "res_step.index": ("index", "索引"),
    "res_step.load": ("load", "加载"),
    "res_step.predict_base": ("base answers", "基座作答"),
    "res_step.train": ("training", "训练"),
    "res_step.predict_tuned": ("tuned answers", "微调作答"),
    "res_step.probe": ("probe", "遗忘检测"),
    "res_step.evaluate": ("scoring", "评分"),
    "res_step.report": ("report", "报告"),
    # verdicts
    "res_verdict.shown": ("**reached, shown**", "**达到，已证实**"),
    "res_verdict.reached": ("reached, not shown", "达到，未证实"),
    "res_verdict.unsure": ("missed, not for certain", "未达到，未成定论"),
    "res_verdict.missed": ("missed", "未达到"),
    "res_verdict.absent": ("not measured", "未测量"),
    "res_balance.within 0.03": ("within 3 points, shown", "差距在 3 点以内，已证实"),
    "res_balance.within 0.03, not shown": ("within 3 points, not shown", "差距在 3 点以内，未证实"),
    "res_balance.not shown": ("more than 3 points lower, not for certain", "低 3 点以上，未成定论"),
    "res_balance.worse": ("worse", "更差"),
    # sentences
    "res_made_by": (
        "Made by `tutorsmith runs targets` from {n} runs of {stages} stages; model {models}. Every value is the "
        "mean over "
        "the seeds of a stage, with its 95 % interval.",
        "本页由 `tutorsmith runs targets` 根据 {stages} 个阶段的 {n} 次运行生成；模型 {models}。"
        "各数值为同一阶段各种子的均值，并附 95 % 区间。",
    ),
    "res_product": (
        "Measured is what a course would use: the tuned model with notes, or without where the stage has none "
        "(its questions bring their own excerpts).",
        "测量对象为课程实际使用的系统：带讲义的微调模型；阶段没有讲义时（题目自带摘录）为不带讲义的微调模型。",
    ),
    "res_left_out": (
        "**Run folders that are not counted: {n}** (see “{heading}”).",
        "**未计入的运行文件夹：{n} 个**（见“{heading}”）。",
    ),
    "res_counts": (
        "Of {n} targets, {shown} are reached and shown, {reached} reached and not shown, {unsure} missed though "
        "not for "
        "certain, {missed} missed.",
        "共 {n} 个目标：{shown} 个达到且已证实，{reached} 个达到但未证实，{unsure} 个未达到但未成定论，{missed} "
        "个未达到。",
    ),
    "res_absent": ("{n} could not be measured.", "{n} 个无法测量。"),
    "res_spread": (
        "The standard deviation over seeds is at most {limit} points in {stable} of the {n} measured with "
        "several seeds.",
        "有多个种子的 {n} 项中，{stable} 项的种子间标准差不超过 {limit} 点。",
    ),
    "res_by_policy": (
        "Targets marked ({policy}) are stricter ones of that policy; the others are the course's own.",
        "标有（{policy}）的为该策略更严格的目标，其余为课程自身的目标。",
    ),
    "res_few_seeds": (
        "Fewer than the {least} seeds that the policy asks for: {stages}.",
        "种子少于策略所要求的 {least} 个：{stages}。",
    ),
    "res_no_targets": (
        "No target is known for these stages: give a project file or `--targets FILE`.",
        "这些阶段没有已知目标：请提供项目文件或 `--targets FILE`。",
    ),
    "res_no_runs": ("There is no run to tell of.", "没有可报告的运行。"),
    "res_stage_line": (
        "{seeds} ({list}), {n} questions. Compared below: {product} against {opponent}, question by question.",
        "{seeds}（{list}），{n} 题。下方逐题比较：{product}与{opponent}。",
    ),
    "res_stage_alone": ("{seeds} ({list}), {n} questions.", "{seeds}（{list}），{n} 题。"),
    "res_degenerate": (
        "**Most answers are unusable (empty, looping or copied), and no value means anything, for: {systems}.**",
        "**以下系统的回答大多已失效（空、重复或照抄），其数值均不可信：{systems}。**",
    ),
    "res_balance_note": (
        "Differences in percentage points, together minus alone, on the same questions, each with the notes of "
        "its own "
        "runs. Observed losses are at most 3 points in {within} of {n}.",
        "差异单位为百分点（多任务减单任务），题目相同，各用其运行自带的讲义。{n} 项中有 {within} "
        "项的实测损失不超过 3 点。",
    ),
    "res_probe_note": (
        "General questions that have nothing to do with the course, without notes: key-point coverage of the "
        "base model "
        "and of the tuned one, and which questions went worse or better. A row is one run: {n} questions.",
        "与课程无关的通用题，不提供讲义：基座模型与微调模型的要点覆盖率，以及变差或变好的题数。每行为一次运行，"
        "共 {n} 题。",
    ),
    "res_seconds_note": (
        "Mean over the seeds. Base answers that an earlier run had given come from the cache.",
        "各种子的均值。先前运行已给出的基座回答取自缓存。",
    ),
    "res_apart": (
        "{stages} bear one name and were not taken together: they differ in {what}.",
        "{stages} 阶段名相同但未合并：{what}不同。",
    ),
    "res_apart_unknown": ("where they were run", "运行环境"),
    "res_unused": (
        "Rows of the policy that are no targets of this kind (`tutorsmith gate` decides them): {rows}.",
        "策略中不属于此类目标的条目（由 `tutorsmith gate` 判定）：{rows}。",
    ),
    "res_without_runs": ("Stages that have targets and no run here: {stages}.", "有目标但没有运行的阶段：{stages}。"),
    "res_codes": (
        "The runs of {stage} were made with different versions: {codes}.",
        "{stage} 的各次运行所用版本不同：{codes}。",
    ),
    "res_devices": (
        "The runs of {stage} were made on different devices: {devices}.",
        "{stage} 的各次运行所用设备不同：{devices}。",
    ),
    # glossary: term, meaning
    "res_g_value": ("value, measured", "数值、测量值"),
    "res_g_value_is": (
        "the mean over the seeds of each seed's value.",
        "各种子数值的均值。",
    ),
    "res_g_sd": ("SD", "标准差"),
    "res_g_sd_is": (
        "sample standard deviation over the seeds, in percentage points; a dash with one seed.",
        "种子间的样本标准差（百分点）；只有一个种子时为短横。",
    ),
    "res_g_interval": ("95 % interval", "95 % 区间"),
    "res_g_interval_is": (
        "how far the value is known for other questions of this kind. All judgements of a question, of every "
        "seed, make up "
        "one cluster: Wilson's interval with the effective size of the clusters, so that three seeds do not "
        "pass for three "
        "times as many questions. It does not say how far other seeds would move the value: SD does.",
        "数值对同类其他题目的可靠范围。同一题在所有种子中的判定合为一组，按组的有效样本量计算 Wilson 区间，"
        "因此三个种子不会被当作三倍的题目。它不说明换用其他种子时数值会如何变化，那由标准差说明。",
    ),
    "res_g_shown": ("reached, shown", "达到，已证实"),
    "res_g_shown_is": (
        "the whole interval lies at or above the target.",
        "整个区间不低于目标。",
    ),
    "res_g_reached": ("reached, not shown", "达到，未证实"),
    "res_g_reached_is": (
        "the mean lies at or above the target, the lower end of the interval below it: too few questions to be "
        "certain.",
        "均值不低于目标，但区间下限低于目标：题数不足以确定。",
    ),
    "res_g_unsure": ("missed, not for certain", "未达到，未成定论"),
    "res_g_unsure_is": (
        "the mean lies below the target, the upper end of the interval does not.",
        "均值低于目标，但区间上限不低于目标。",
    ),
    "res_g_missed": ("missed", "未达到"),
    "res_g_missed_is": ("the whole interval lies below the target.", "整个区间低于目标。"),
    "res_g_counts": ("questions, judgements", "题数、判定数"),
    "res_g_counts_is": (
        "to how many questions a metric applies, and how many key points or answers of all seeds were judged. A "
        "number "
        "after a semicolon in a cell is that system's own, where it differs.",
        "指标所涉题数，以及所有种子中被判定的要点数或回答数。"
        "单元格中分号后的数字为该系统自身的判定数（不同时才列出）。",
    ),
    "res_g_difference": ("difference", "差异"),
    "res_g_difference_is": (
        "each question's mean over the seeds, paired; p of the exact McNemar or the sign-flip test, then "
        "corrected for "
        "the number of metrics (Holm).",
        "每题取各种子均值后配对；p 来自精确 McNemar 检验或符号翻转检验，并按指标个数作 Holm 校正。",
    ),
    "res_g_unhealthy": ("unhealthy answers", "异常回答"),
    "res_g_unhealthy_is": (
        "answers of all seeds that are empty, cut off, looping, a copy of the prompt and the like; an answer "
        "may be several.",
        "所有种子中为空、被截断、重复、照抄提示等的回答；一个回答可能兼有数种。",
    ),
    "res_g_within": ("within 3 points", "差距在 3 点以内"),
    "res_g_within_is": (
        "the adapter of several tasks loses at most 3 points against that of one; shown where the whole "
        "interval says so, "
        "not shown where only the difference does. Worse: the whole interval lies below zero.",
        "多任务适配器比单任务适配器最多低 3 点；整个区间如此为已证实，仅差异如此为未证实。更差：整个区间低于零。",
    ),
}
GLOSSARY = (
    "value", "sd", "interval", "shown", "reached", "unsure", "missed", "counts", "difference", "unhealthy", "within",
)  # fmt: skip
