package synth

// phrase is one phrase in both languages, so that every Chinese text has its
// English rendering. No English phrase is a run of words within another that
// ReadText looks for, and no Chinese one a substring; a test holds that.
type phrase struct{ en, zh string }

func (p phrase) in(l Language) string {
	if l == Chinese {
		return p.zh
	}
	return p.en
}

// adjectives holds the sentiment words by grade index; none has grade 0.
var adjectives = [grades][]phrase{
	0: {
		{"terrible", "糟糕"},
		{"atrocious", "恶劣"},
		{"dreadful", "可怕"},
		{"disgusting", "恶心"},
		{"ridiculous", "荒唐"},
		{"outrageous", "离谱"},
		{"awful", "难看"},
		{"unbearable", "煎熬"},
	},
	1: {
		{"bad", "差劲"},
		{"boring", "无聊"},
		{"dull", "沉闷"},
		{"weak", "薄弱"},
		{"annoying", "烦人"},
		{"disappointing", "令人失望"},
		{"messy", "混乱"},
		{"fake", "虚假"},
	},
	2: {
		{"slow", "拖沓"},
		{"loose", "松散"},
		{"flat", "平淡"},
		{"formulaic", "俗套"},
		{"thin", "单薄"},
		{"clumsy", "笨拙"},
		{"dated", "过时"},
		{"vague", "含糊"},
	},
	4: {
		{"pleasant", "舒服"},
		{"likeable", "讨喜"},
		{"tidy", "工整"},
		{"sensible", "合理"},
		{"decent", "像样"},
		{"natural", "自然"},
		{"smooth", "流畅"},
		{"clear", "清楚"},
	},
	5: {
		{"good", "好看"},
		{"enjoyable", "有趣"},
		{"funny", "好笑"},
		{"charming", "迷人"},
		{"clever", "巧妙"},
		{"touching", "动人"},
		{"moving", "感人"},
		{"engaging", "吸引人"},
	},
	6: {
		{"brilliant", "绝妙"},
		{"superb", "出色"},
		{"fantastic", "超凡"},
		{"incredible", "惊艳"},
		{"stunning", "震撼"},
		{"flawless", "完美"},
		{"outstanding", "卓越"},
		{"wonderful", "美妙"},
	},
}

// stronger and weaker move the grade of an adjective by one, away from and
// towards neutral.
var (
	stronger = []phrase{
		{"very", "非常"},
		{"really", "特别"},
		{"extremely", "极其"},
		{"absolutely", "十分"},
		{"truly", "格外"},
		{"remarkably", "异常"},
	}
	weaker = []phrase{{"kind of", "有点"}, {"a bit", "多少有些"}, {"somewhat", "比较"}, {"fairly", "还算"}}
)

var copulas = []phrase{{"was", ""}, {"is", "其实"}, {"felt", "给人的感觉"}, {"seemed", "看上去"}}

// denials deny an adjective, flatDenials do so without reserve; the English ones
// of the latter are followed by "at all".
var (
	denials     = []phrase{{"was not", "并不"}, {"is not", "不算"}, {"did not feel", "算不上"}, {"did not seem", "谈不上"}}
	flatDenials = []phrase{{"was not", "一点都不"}, {"is not", "一点也不"}, {"did not feel", "丝毫不"}, {"did not seem", "完全不"}}
)

var contrasts = []phrase{{"but", "但是"}, {"but then", "可是"}, {"and yet", "然而"}}

// markers are the phrases that often announce sarcasm.
var markers = []phrase{
	{"oh sure", "呵呵"},
	{"yeah right", "哼可不是嘛"},
	{"wow just wow", "哇真行啊"},
	{"thanks a lot", "真是谢谢了"},
	{"what a surprise", "真想不到啊"},
	{"give me a break", "得了吧"},
}

var openers = []phrase{
	{"", ""},
	{"honestly", "老实说"},
	{"I mean", "我是说"},
	{"well", "嗯"},
	{"you know", "你知道"},
	{"in my opinion", "在我看来"},
	{"to be fair", "平心而论"},
	{"I have to say", "我得说"},
	{"all in all", "总的来说"},
	{"for me", "对我来说"},
	{"looking back", "回头看"},
	{"okay", "好吧"},
	{"let me just say", "我就说一句"},
	{"from what I saw", "就我看到的"},
	{"as far as I can tell", "据我所知"},
	{"like I said", "就像我说的"},
}

var aspects = []phrase{
	{"the plot", "剧情"},
	{"the acting", "表演"},
	{"the ending", "结局"},
	{"the soundtrack", "配乐"},
	{"the script", "剧本"},
	{"the dialogue", "对白"},
	{"the camera work", "摄影"},
	{"the lighting", "灯光"},
	{"the editing", "剪辑"},
	{"the opening scene", "开场戏"},
	{"the second half", "后半段"},
	{"the first half", "前半段"},
	{"the villain", "反派"},
	{"the lead actor", "男主角"},
	{"the lead actress", "女主角"},
	{"the directing", "导演手法"},
	{"the humor", "笑点"},
	{"the pacing", "节奏"},
	{"the costume design", "服装设计"},
	{"the final fight", "最后的打斗"},
	{"the love story", "爱情线"},
	{"the premise", "设定"},
	{"the whole story", "整个故事"},
	{"the child actor", "小演员"},
}

var tails = []phrase{
	{"", ""},
	{"and I saw it on Sunday", "我是周日看的"},
	{"and I watched it with my brother", "我和我弟弟一起看的"},
	{"and we went on opening night", "我们是首映那晚去的"},
	{"and I had read the book before", "我之前读过原著"},
	{"and that is what I told my friends", "我也是这么跟朋友说的"},
	{"and I watched it twice", "我看了两遍"},
	{"and I had no idea who made it", "我事先没听说过是谁拍的"},
	{"and it was raining that day", "那天正下着雨"},
	{"and I rented it last week", "我上周租的"},
	{"and my sister asked me about it", "我姐姐还问过我"},
	{"and I only saw the trailer before", "我之前只看过预告片"},
	{"and the theater was half empty", "影院里坐了一半人"},
	{"and I am talking about the original version", "我说的是原版"},
	{"and I noticed it from the start", "我一开始就注意到了"},
	{"and people in the row behind us talked about it", "后排的人也在聊这个"},
	{"and I wrote that down", "我还记了下来"},
	{"and I saw it on a plane", "我是在飞机上看的"},
	{"and that is about the movie itself", "我说的是电影本身"},
	{"and I have seen the other parts", "其他几部我也看过"},
	{"and I can say that without spoilers", "这么说没有剧透"},
	{"and I will come back to that later", "这个我待会儿再说"},
	{"and I paid for the ticket myself", "票是我自己买的"},
	{"and I asked my parents too", "我也问了我爸妈"},
}

// subjects and predicates make statements of fact, the texts of grade 0.
var subjects = []phrase{
	{"the movie", "这部电影"},
	{"the film", "这部片子"},
	{"this one", "这一部"},
	{"the story", "故事"},
	{"this episode", "这一集"},
	{"the sequel", "续集"},
	{"the remake", "翻拍版"},
	{"the series", "这部剧"},
}

var predicates = []phrase{
	{"starts in a small town", "从一个小镇开始"},
	{"takes place in the nineties", "发生在九十年代"},
	{"follows two brothers", "讲的是两兄弟"},
	{"comes from a comic book", "来自一本漫画"},
	{"was shot in Canada", "是在加拿大拍的"},
	{"came out in March", "是三月上映的"},
	{"is about a police officer", "讲的是一个警察"},
	{"has three main characters", "有三个主要人物"},
	{"jumps between two years", "在两个年份之间跳转"},
	{"ends at a train station", "在火车站结束"},
	{"has a different director now", "现在换了导演"},
	{"takes place on an island", "发生在一座岛上"},
	{"starts with a phone call", "以一通电话开头"},
	{"is the third one", "是第三部"},
	{"was made by the same studio", "是同一家公司做的"},
	{"covers about ten years", "跨度大概十年"},
	{"follows a family on a trip", "讲的是一家人去旅行"},
	{"uses a narrator", "用了旁白"},
	{"is told by the daughter", "由女儿来讲述"},
	{"goes back to the first case", "回到了第一个案子"},
	{"plays mostly at night", "大部分发生在夜里"},
	{"begins after the war", "从战后开始"},
	{"is set in a hospital", "设在一家医院里"},
	{"shows the same day again", "又演了一遍同一天"},
}
