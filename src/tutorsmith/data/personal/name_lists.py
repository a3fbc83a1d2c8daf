"""Words that the finders of names go by: given names, surnames, and names that belong to physics and to books."""

_GIVEN_WORDS = """
aaron abdul abigail adam adrian ahmed aisha alan albert alejandro alex alexander alexandra ali alice alicia alina
amanda amelia amina amy ana andrea andreas andrew andrei angela anita ann anna anne antonio anthony arjun ashley barbara
beatrice ben benjamin beth bianca bob boris brandon brian bruno camila carla carlos carmen caroline catherine cecilia
charles charlotte chen chloe chris christian christina christine christopher claire clara claudia connor daniel daniela
david deborah diana diego dmitri dominic donna dorothy dylan edward elena elias elizabeth ella ellen emily emma eric
erik ethan eva fatima felix fernando fiona francesca francesco frank gabriel george gina giulia grace greta hannah
hans harry hassan heather helen helena henry hiroshi hugo ian ibrahim igor ingrid irene isabel isabella ivan jack
jacob jakob james jamie jan jane jason javier jean jennifer jeremy jessica jing joan joao johan johannes john jonas
jonathan jose joseph joshua juan julia julian julie jun karen karim karl kate katherine kathryn katja kavya kelly
kenji kevin khalid kim kiran klaus kumar laura lauren lea lei leila lena leo leon li liam lily lin linda ling lisa
lorenzo louis louise luca lucas lucia lucy luis luisa lukas maria marie mario mark marko marta martin mary mateo
matthew max maya mei melissa mia michael michelle miguel mike ming mohamed mohammed monica muhammad nadia nancy natalia
natalie nathan nicholas nicolas nikhil nina noah nora oliver olivia omar oscar pablo paolo patricia patrick paul paula
pedro peter petra philip pierre pooja priya qing rachel rafael rahul raj rebecca ricardo richard robert roberto rosa
rose ruth ryan sabine sam samantha samuel sandra sanjay santiago sara sarah sebastian sergei sergio simon sofia sonia
sophia sophie stefan stephanie stephen steven sunil susan sven takeshi tanja tao teresa thomas tim tina tobias tom
tomas tony tyler ursula valentina vanessa vera victor victoria viktor vincent wei wilhelm william xiao xin yan yang
yasmin ying yuki yusuf zhang zoe hao jie fang hong hui juan min na qiang xiu yi yong yu zhi mei-ling
ananya deepak neha rohan vikram amit anil ravi suresh fatou kwame chidi ngozi oluwaseun tariq zainab layla
"""
GIVEN = frozenset(_GIVEN_WORDS.split())
# Of effects, units and laws, and authors of the books that courses cite: nobody to be protected.
_KNOWN_WORDS = """
maxwell gauss ampere ampère faraday coulomb ohm oersted ørsted biot savart lorentz lorenz laplace poisson stokes green
newton einstein volta hertz tesla helmholtz lenz joule kirchhoff poynting dirac feynman schrödinger schrodinger planck
bohr fourier curie weber henry siemens hall kelvin thomson thompson rutherford millikan michelson morley heaviside gibbs
hamilton lagrange euler bernoulli cauchy riemann hilbert galileo galilei kepler copernicus huygens fresnel fraunhofer
young snell descartes brewster doppler mach boltzmann carnot clausius celsius fahrenheit rankine pascal torricelli
boyle avogadro mendeleev becquerel röntgen roentgen compton pauli fermi heisenberg born debye drude landau lifshitz
meissner josephson cooper bardeen schrieffer smith marconi popov edison westinghouse steinmetz franklin cavendish
priestley galvani siemens wheatstone bell morse leyden kundt mie rayleigh tyndall raman larmor zeeman stark kerr
faraday van der waals bessel legendre hankel neumann dirichlet hermite chebyshev taylor maclaurin leibniz l'hospital
jacobi nyquist shannon turing bode thevenin thévenin norton marx wien stefan lyman balmer rydberg sommerfeld minkowski
poincaré poincare noether weyl yagi uda friis smith hertzian turner darwin bayes student welch pearson fisher
griffiths jackson purcell morin halliday resnick walker serway jewett tipler mosca cheng pozar balanis ulaby sadiku
kraus haus melcher zangwill stratton smythe panofsky phillips lorrain corson wangsness hayt buck wentworth ramo
whinnery duzer inan demarest shen kong harrington collin plonus popovic staelin nussbaum schwartz
strunk white swales feak zinsser sword pinker booth colomb williams turabian gopen swan day gastel hartley silvia
alley strunk hofmann glasman-deal wallwork graff birkenstein lamport knuth orwell shakespeare austen hemingway
bacon aristotle plato socrates euclid archimedes doe
"""
KNOWN = frozenset(_KNOWN_WORDS.split())
# Capitalised words that follow a title or a cue without being anybody's name.
_NOBODY_WORDS = """
editor sir madam sirs all student students teacher professor prof doctor dr reviewer reviewers colleague colleagues
author authors committee team reader readers user friend friends class everyone tutor instructor chair office
admissions hiring manager board members sir/madam mr mrs ms miss x y z a b c the this that these those an it here
question answer maxwellian gaussian english chinese german french latin greek physics electromagnetics part chapter
section figure table equation appendix university college school department institute faculty january february march
april may june july august september october november december monday tuesday wednesday thursday friday saturday
sunday summer winter spring autumn i yes no none unknown tba python java matlab latex
"""
NOBODY = frozenset(_NOBODY_WORDS.split())

SURNAMES_ZH = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝游辛靳管柴蒙鲍华喻祁蒲房滕屈饶牟"
    "艾尤阳穆农司卓古吉缪简芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬卞姬仇栾隋商刁沙荣巫寇桑郎甄丛仲"
)
COMPOUND_ZH = "欧阳|司马|上官|诸葛|司徒|东方|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|南宫|端木|百里|呼延|独孤|轩辕|西门|闻人|澹台|申屠|司空"
# Surnames that are hardly ever the end or the beginning of another word.
SURE_SURNAMES_ZH = "王李张刘陈杨黄赵吴周徐孙朱胡郭罗郑梁谢宋唐韩冯邓曹彭肖董袁潘蔡蒋杜魏吕沈姚卢姜崔谭汪廖贾韦邹秦邱尹薛闫侯郝龚邵覃戴孔汤樊邢庞倪聂"
# They begin like names: laws and scientists (in Chinese spelling), and everyday words.
_KNOWN_ZH_WORDS = """
高斯 麦克斯 麦克 安培 欧姆 毕奥 毕萨 牛顿 韦伯 焦耳 居里 费曼 费米 玻尔 波尔 普朗克 狄拉克 库仑 洛伦兹 拉普 泊松 格林 傅里叶 特斯拉 西门子 汤姆孙
汤姆逊 卢瑟福 密立根 霍尔 赫兹 楞次 楞茨 伏特 伏打 坡印廷 亨利 爱因斯坦 开尔文 欧拉 柯西 黎曼 康普顿 薛定谔 泰勒 马赫 万有 关于 任何 任意 任课 任务
任教 许多 高中 高校 高数 高年 高一 高二 高三 高等 高级 高考 高分 高低 方程 方法 方向 方便 方才 方面 时间 时候 时常 成绩 成功 成为 应该 应届 应用 马上 石油 白天
程序 金属 金融 安静 安全 安排 温度 温习 文科 文学 文章 文献 解答 解题 解决 解释 计算 和其 于是 全体 全班 全部 全校 单位 单个 单独 易错 连续 简单 简直 古代
左边 左右 包括 管理 宁可 项目 路程 米长 麦克风 车间 司机 党员 冷静 关心 关键 师生 师兄 师姐 师弟 师妹 应当 和老 成员 万一 万分 经过 经常 何时 何种 何人
余下 余弦 陆续 周围 周期 周边 江湖 常见 常用 黄色 白色 蓝色 章节 曲线 曲面 边界 符号 符合 申请 顾问 商量 平时 平均 游戏 房间 穆斯 荣誉 尚未 谢谢 祝贺 祝福
康复 毛病 牛人 花费 盛行 段落 童年 华人 华东 华南 华北 时期 时代 农业 农村 卓越 吉林 武汉 武器 龙头 雷达 雷电 安装 施工 施加 程度 伍德 欧洲 欧美 东方 关系 关注 文中 文本 文末 文字 文内 书中 图中 常数 常量 程式 成果 成分 时刻 时变
全体 项中 段中 章中 安培 项数 符合 向量 路径 路面 阳极 阳光 金箔 石英 云层 水平 梅花 应力 解析 解中 纪录 单元 左侧 左端
"""
KNOWN_ZH = frozenset(_KNOWN_ZH_WORDS.split())
