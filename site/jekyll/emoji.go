package jekyll

import (
	"regexp"
	"strings"
)

// emojiName is what jemoji shows as a picture character.
var emojiName = regexp.MustCompile(`^:([a-z0-9_+-]{1,40}):`)

// emoji handles :name:, on a site that has the plugin jemoji.
func (l *liquid) emoji(rest string) bool {
	if l.opts.Site == nil || !l.opts.Site.Emoji {
		return false
	}
	m := emojiName.FindStringSubmatch(rest[:min(len(rest), 50)])
	if m == nil {
		return false
	}
	_, after, known := strings.Cut(emojis, "\n"+m[1]+" ")
	if !known {
		return false
	}
	character, _, _ := strings.Cut(after, "\n")
	return l.replace(len(m[0]), character)
}

// emojis are the names that posts use most, each with its character. Others stay
// as they were written.
const emojis = `
+1 👍
-1 👎
100 💯
alarm_clock ⏰
alien 👽
angry 😠
apple 🍎
art 🎨
arrow_down ⬇️
arrow_left ⬅️
arrow_right ➡️
arrow_up ⬆️
balloon 🎈
bangbang ‼️
bar_chart 📊
beer 🍺
beers 🍻
bell 🔔
bike 🚲
birthday 🎂
blue_heart 💙
blush 😊
bomb 💣
book 📖
bookmark 🔖
books 📚
boom 💥
briefcase 💼
broken_heart 💔
bug 🐛
bulb 💡
cake 🍰
calendar 📆
camera 📷
cat 🐱
chart_with_upwards_trend 📈
checkered_flag 🏁
cherry_blossom 🌸
christmas_tree 🎄
clap 👏
clipboard 📋
closed_book 📕
cloud ☁️
coffee ☕
computer 💻
confused 😕
construction 🚧
cool 🆒
cry 😢
crying_cat_face 😿
dancer 💃
dart 🎯
disappointed 😞
dizzy 💫
dog 🐶
dollar 💵
earth_africa 🌍
earth_americas 🌎
earth_asia 🌏
email ✉️
exclamation ❗
expressionless 😑
eyes 👀
facepalm 🤦
fire 🔥
fireworks 🎆
flushed 😳
fork_and_knife 🍴
four_leaf_clover 🍀
frowning 😦
gem 💎
ghost 👻
gift 🎁
globe_with_meridians 🌐
green_heart 💚
grin 😁
grinning 😀
guitar 🎸
hammer 🔨
hand ✋
hatching_chick 🐣
heart ❤️
heart_eyes 😍
heartbeat 💓
heavy_check_mark ✔️
heavy_multiplication_x ✖️
heavy_plus_sign ➕
house 🏠
hugs 🤗
hushed 😯
information_source ℹ️
innocent 😇
interrobang ⁉️
joy 😂
key 🔑
kiss 😗
label 🏷️
laughing 😆
link 🔗
lock 🔒
loudspeaker 📢
mag 🔍
mask 😷
mega 📣
memo 📝
money_with_wings 💸
moneybag 💰
moon 🌔
muscle 💪
musical_note 🎵
neutral_face 😐
new 🆕
no_entry ⛔
no_good 🙅
notes 🎶
octocat 🐙
ok 🆗
ok_hand 👌
open_mouth 😮
package 📦
page_facing_up 📄
palm_tree 🌴
panda_face 🐼
pencil 📝
pencil2 ✏️
penguin 🐧
pensive 😔
phone ☎️
pizza 🍕
point_down 👇
point_left 👈
point_right 👉
point_up ☝️
poop 💩
pray 🙏
pushpin 📌
question ❓
rage 😡
rainbow 🌈
raised_hands 🙌
recycle ♻️
relaxed ☺️
relieved 😌
robot 🤖
rocket 🚀
rose 🌹
rotating_light 🚨
runner 🏃
sad 😢
satisfied 😆
scream 😱
see_no_evil 🙈
shipit 🐿️
shrug 🤷
skull 💀
sleeping 😴
sleepy 😪
slightly_smiling_face 🙂
smile 😄
smile_cat 😸
smiley 😃
smirk 😏
snake 🐍
snowflake ❄️
snowman ⛄
sob 😭
sparkles ✨
sparkling_heart 💖
speech_balloon 💬
star ⭐
star2 🌟
stuck_out_tongue 😛
stuck_out_tongue_winking_eye 😜
sun_with_face 🌞
sunflower 🌻
sunglasses 😎
sunny ☀️
sushi 🍣
sweat 😓
sweat_smile 😅
tada 🎉
tea 🍵
thinking 🤔
thought_balloon 💭
thumbsdown 👎
thumbsup 👍
tongue 👅
trophy 🏆
two_hearts 💕
umbrella ☔
unamused 😒
unicorn 🦄
unlock 🔓
upside_down_face 🙃
v ✌️
wave 👋
weary 😩
white_check_mark ✅
wine_glass 🍷
wink 😉
worried 😟
wrench 🔧
x ❌
yellow_heart 💛
yum 😋
zap ⚡
zzz 💤
`
